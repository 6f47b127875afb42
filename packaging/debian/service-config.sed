# The config of the service is the example with one difference, which it names.
s|^path = ""$|path = "/var/lib/oneshot-metrics-server/events.log"|
s|^# Every key is here with its built-in default, so an empty file means the same as this one\.\(.*\)|# Every key is here with its built-in default, except for storage.path: this is the config of the systemd service,\n# which keeps events in a file.\1|
