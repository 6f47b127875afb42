# The config of the service is the example with one difference, which it names.
s|^path = ""$|path = "/var/lib/oneshot-metrics-server/events.log"|
s|built-in default, so an empty file means the same as this one\. |built-in default, but for storage.path. |
