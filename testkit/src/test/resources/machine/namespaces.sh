# A machine without a kernel of its own: namespaces.sh FOLDER BOOT JAVA WHERRY runs the host's systemd as process 1
# over an overlay of the host's root. What it writes stays in FOLDER/disk for the next start; /run does not.
set -eu
folder=$1
export folder boot=$2 java=$3 wherry=$4
name=wherry-$(basename "$folder")
# A subtree of each hierarchy; from inside it is the root.
for procs in /sys/fs/cgroup/*/cgroup.procs; do
  group=${procs%/*}/$name
  mkdir -p "$group"
  case "$group" in */cpuset/*) for file in cpuset.cpus cpuset.mems; do cat "${group%/*}/$file" >"$group/$file"; done ;; esac
  echo $$ >"$group/cgroup.procs"
done
cat >"$folder/init" <<'INIT'
set -eu
root=$folder/root
mkdir -p "$folder/disk/upper" "$folder/disk/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/disk/upper,workdir=$folder/disk/work" "$root"
mount -t proc proc "$root/proc"
echo "$boot" >"$folder/boot"
mount --bind "$folder/boot" "$root/proc/sys/kernel/random/boot_id"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs none "$root/sys/fs/cgroup"
for hierarchy in /sys/fs/cgroup/*; do
  [ -d "$hierarchy" ] || continue
  at=$root/sys/fs/cgroup/${hierarchy##*/}
  mkdir "$at"
  case "${hierarchy##*/}" in
    unified) mount -t cgroup2 cgroup2 "$at" ;;
    systemd) mount -t cgroup -o none,name=systemd cgroup "$at" ;;
    *) mount -t cgroup -o "${hierarchy##*/}" cgroup "$at" ;;
  esac
done
# Or systemd would mount the kernel's other controllers, for the whole host.
mount -o remount,ro "$root/sys/fs/cgroup"
mount -t tmpfs none "$root/dev"
for node in null zero full random urandom tty fuse; do
  [ ! -e "/dev/$node" ] || { touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"; }
done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs none "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
for link in fd: stdin:/0 stdout:/1 stderr:/2; do ln -s "/proc/self/fd${link#*:}" "$root/dev/${link%%:*}"; done
for place in run tmp; do mount -t tmpfs none "$root/$place"; done
# Overlays cannot lie on overlays: what pods' roots are made from lies beside.
mkdir -p "$folder/disk/state" "$root/var/lib/wherry" "$root/opt/java" "$root/opt/wherry"
mount --bind "$folder/disk/state" "$root/var/lib/wherry"
mount --bind "$java" "$root/opt/java"
mount --bind "$wherry" "$root/opt/wherry"
hostname machine
ip link set lo up
ip link add nowhere type dummy 2>/dev/null || ip link add nowhere type veth peer name elsewhere
ip addr add 10.9.0.2/24 dev nowhere
ip link set nowhere up
ip route add default via 10.9.0.1
# None of the services that this host has, and nothing that changes the kernel's own settings.
[ -e "$folder/disk/made" ] || rm -rf "$root"/etc/systemd/system/*.wants "$root"/lib/systemd/system/multi-user.target.wants
touch "$folder/disk/made"
for unit in systemd-sysctl.service systemd-modules-load.service systemd-remount-fs.service systemd-udevd.service \
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount proc-sys-fs-binfmt_misc.automount \
  systemd-update-utmp.service systemd-random-seed.service dev-hugepages.mount networking.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
exec env -i container=wherry PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" \
  /lib/systemd/systemd --unit=multi-user.target --log-target=console --show-status=0
INIT
exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup --propagation private sh "$folder/init"
