# The image's config is the example with two differences, which it names: the event log is on the volume, and a stop is
# over before `docker stop` and `podman stop` lose patience and kill, after 10 seconds.
s|^path = ""$|path = "/var/lib/oneshot-metrics-server/events.log"|
s|^stop_seconds = 10$|stop_seconds = 8|
s|built-in default, so an empty .* as this one\. |built-in default, but for storage.path and stop_seconds. |
