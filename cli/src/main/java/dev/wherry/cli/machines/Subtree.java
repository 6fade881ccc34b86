package dev.wherry.cli.machines;

import java.nio.file.Path;

/**
 * The cgroups of one machine: a group at the root of every hierarchy, with the machine's limits.
 * The machine sees it as the root of all cgroups and makes its pods' groups in it; its programs run
 * in a leaf, since on version 2 a group with processes hands no controllers down.
 *
 * @param name of the group
 */
record Subtree(String name) {
  private static final String LEAF = "node";

  /** On version 1 and the hybrid each controller has a hierarchy of its own. */
  private static final String HIERARCHIES =
      """
      H=/sys/fs/cgroup
      [ -e $H/cgroup.controllers ] || H="$H/*"
      """;

  /** The script that makes the groups with their limits. */
  String creation(Limits limits) {
    return HIERARCHIES
        + """
        V2=
        [ ! -e /sys/fs/cgroup/cgroup.controllers ] || V2=yes
        for h in $H; do
          if [ -n "$V2" ]; then
            for c in cpu cpuset memory pids io hugetlb; do
              ! grep -qw $c $h/cgroup.controllers || echo +$c > $h/cgroup.subtree_control
            done
          fi
          for g in $h/%1$s $h/%1$s/%2$s; do
            mkdir -p $g
            # On version 1 a group without CPUs takes no process.
            if [ -z "$V2" ] && [ -e $g/cpuset.cpus ]; then
              cat $h/cpuset.cpus > $g/cpuset.cpus
              cat $h/cpuset.mems > $g/cpuset.mems
            fi
          done
        done
        limit() {
          f=/sys/fs/cgroup/%1$s/$1
          [ -n "$V2" ] || f=/sys/fs/cgroup/${2%%%%/*}/%1$s/${2#*/}
          [ -e $f ] || { echo "no $f: the kernel cannot limit it"; exit 1; }
          echo "$3" > $f
        }
        """
            .formatted(name, LEAF)
        + memory(limits.memoryBytes())
        + cpu(limits.cpuMillis());
  }

  private static String memory(long bytes) {
    return bytes == 0 ? "" : "limit memory.max memory/memory.limit_in_bytes " + bytes + "\n";
  }

  /** Of the usual period, which is 100 ms on both versions. */
  private static String cpu(long millis) {
    return millis == 0 ? "" : "limit cpu.max cpu/cpu.cfs_quota_us " + millis * 100 + "\n";
  }

  /**
   * The script that makes a namespace with these groups as root of all.
   *
   * @param file that keeps it
   * @param unshare more words of that program, with what is run
   */
  String namespace(Path file, String unshare) {
    return """
    (
      for h in $H; do echo 0 > $h/%1$s/cgroup.procs; done
      unshare --cgroup=%2$s %3$s
    )
    """
        .formatted(name, file, unshare);
  }

  /** What shows the groups at their usual place, run in a namespace of them and one of mounts. */
  String mounts() {
    return """
    findmnt -rn -t cgroup,cgroup2 -o TARGET,FSTYPE,FS-OPTIONS | while read -r at kind options; do
      umount -l $at
      mount -t $kind -o $options cgroup $at
    done
    """;
  }

  /** Writes a script that goes into the leaf and becomes what its arguments say. */
  String entrance(Path file) {
    return """
    cat > %3$s <<'ENTRANCE'
    %4$sfor h in $H; do
      [ ! -d $h/%1$s ] || echo $$ > $h/%1$s/%2$s/cgroup.procs
    done
    exec "$@"
    ENTRANCE
    """
        .formatted(name, LEAF, file, HIERARCHIES);
  }

  /** The script that ends what still runs in the groups and removes them. */
  String removal() {
    return HIERARCHIES
        + """
        for h in $H; do
          g=$h/%1$s
          n=0
          while [ -d $g ]; do
            p=$(find $g -name cgroup.procs -exec cat {} + | grep -vx 0 || true)
            [ -z "$p" ] || kill -9 $p 2>/dev/null || true
            find $g -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
            n=$((n + 1))
            [ $n -lt 100 ] || { echo "$g cannot be removed"; exit 1; }
          done
        done
        """
            .formatted(name);
  }
}
