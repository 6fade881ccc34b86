# The last touch on a machine's root: setup.sh ROOT CHANNEL.
set -eu
root=$1
install -m 755 "$2" "$root/usr/local/sbin/wherry-channel"
cat >"$root/etc/systemd/system/wherry-channel.service" <<'UNIT'
[Unit]
Description=Commands of the test
[Service]
ExecStart=/usr/local/sbin/wherry-channel
Restart=always
RestartSec=1
OOMScoreAdjust=-999
UNIT
# The disks a test gives, by their serial numbers, before any service starts.
cat >"$root/usr/local/sbin/wherry-disks" <<'SCRIPT'
#!/bin/sh
for file in /sys/block/vd*/serial; do
  name=$(cat "$file")
  disk=${file#/sys/block/}
  [ "$name" = system ] || { mkdir -p "/opt/$name" && mount -o ro "/dev/${disk%/serial}" "/opt/$name"; }
done
SCRIPT
chmod 755 "$root/usr/local/sbin/wherry-disks"
cat >"$root/etc/systemd/system/wherry-disks.service" <<'UNIT'
[Unit]
Description=Disks of the test
DefaultDependencies=no
After=local-fs.target
Before=basic.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/wherry-disks
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/etc/systemd/system/basic.target.wants"
ln -s ../wherry-channel.service "$root/etc/systemd/system/multi-user.target.wants/"
ln -s ../wherry-disks.service "$root/etc/systemd/system/basic.target.wants/"
echo '/dev/vda / ext4 rw,noatime 0 0' >"$root/etc/fstab"
echo machine >"$root/etc/hostname"
echo '127.0.0.1 localhost machine' >"$root/etc/hosts"
# What only takes time.
for unit in e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  fstrim.timer getty@tty1.service serial-getty@ttyS0.service systemd-update-utmp-runlevel.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
