package dev.wherry.cli.machines;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A node's machine: namespaces kept by files, so that they outlive the programs in them, and
 * cgroups of its own. Its {@code /run} is its own, so that it sees no container runtime of the
 * host.
 *
 * @param number 1 for the server, then the agents
 * @param nat whether a router of its own stands before it that lets no connection in
 */
record Machine(Wiring wiring, Path directory, int number, boolean nat) {
  private static final String ROUTER_LINK = "inner";

  static Machine of(Wiring wiring, Path folder, int number, boolean nat) {
    return new Machine(wiring, folder.resolve(String.valueOf(number)), number, nat && number > 1);
  }

  /** The node's and the host's name. */
  String name() {
    return wiring.name() + "-" + number;
  }

  private String space() {
    return "wherry-" + name();
  }

  private String router() {
    return space() + "-nat";
  }

  /** The namespace with the far end of its link to the bridge. */
  String outerSpace() {
    return nat ? router() : space();
  }

  /** The far end's name there. */
  String outerLink() {
    return nat ? "outer" : "eth0";
  }

  /** Whether a router of its own stands before this one, as it was made. */
  boolean hasRouter() {
    return Files.exists(Path.of("/run/netns", router()));
  }

  Path data() {
    return directory.resolve("data");
  }

  Path log() {
    return directory.resolve("agent.log");
  }

  private Path kept(String kind) {
    return directory.resolve("ns").resolve(kind);
  }

  /** Its address as the node knows it. */
  String address() {
    return nat ? "10.79." + number + ".2" : wiring.address(number);
  }

  /** Whether its namespaces are there; a restart of the real machine takes them. */
  boolean isUp() {
    return Files.exists(Path.of("/run/netns", space()));
  }

  private Path entrance() {
    return directory.resolve("enter");
  }

  private Subtree groups() {
    return new Subtree(space());
  }

  /** The words that run a command on this machine. */
  List<String> on(List<String> words) {
    List<String> all = new ArrayList<>();
    // A machine that an earlier version made has the host's groups.
    boolean grouped = Files.exists(entrance());
    if (grouped) {
      all.addAll(List.of("sh", "-e", entrance().toString()));
    }
    all.addAll(
        List.of(
            "nsenter",
            "--net=/run/netns/" + space(),
            "--mount=" + kept("mnt"),
            "--uts=" + kept("uts")));
    if (grouped) {
      all.add("--cgroup=" + kept("cgroup"));
    }
    all.addAll(words);
    return all;
  }

  /** The script that makes the machine, taking away what is left of a former one. */
  String creation(Limits limits) {
    return removal()
        + (nat ? behindRouter() : onBridge())
        + groups().creation(limits)
        + namespaces();
  }

  private String onBridge() {
    return """
    ip netns add %1$s
    ip -n %3$s link add %2$s type veth peer name eth0 netns %1$s
    ip -n %3$s link set %2$s master br0 up
    %4$s
    ip -n %1$s link set lo up
    ip -n %1$s link set eth0 up
    ip -n %1$s route add default via %5$s
    """
        .formatted(space(), wiring.link(number), wiring.space(), addresses(), wiring.hostAddress());
  }

  private String addresses() {
    String four = "ip -n %s addr add %s/24 dev eth0\n".formatted(space(), wiring.address4(number));
    String six =
        "ip -n %s addr add %s/64 dev eth0 nodad".formatted(space(), wiring.address6(number));
    return wiring.six() ? six : four + "[ ! -e /proc/net/if_inet6 ] || " + six;
  }

  private String behindRouter() {
    return """
    ip netns add %1$s
    ip netns add %6$s
    ip -n %3$s link add %2$s type veth peer name outer netns %6$s
    ip -n %3$s link set %2$s master br0 up
    ip -n %6$s link add %8$s type veth peer name eth0 netns %1$s
    ip -n %6$s addr add %7$s/24 dev outer
    ip -n %6$s addr add 10.79.%9$d.1/24 dev %8$s
    ip -n %6$s link set outer up
    ip -n %6$s link set %8$s up
    ip -n %6$s route add default via %5$s
    ip -n %1$s addr add %4$s/24 dev eth0
    ip -n %1$s link set lo up
    ip -n %1$s link set eth0 up
    ip -n %1$s route add default via 10.79.%9$d.1
    nsenter --net=/run/netns/%6$s sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
    nsenter --net=/run/netns/%6$s nft -f - <<'RULES'
    table ip router {
      chain outward { type nat hook postrouting priority srcnat; oifname "outer" masquerade; }
      chain inward {
        type filter hook forward priority filter
        iifname "outer" ct state established,related accept
        iifname "outer" drop
      }
    }
    RULES
    """
        .formatted(
            space(),
            wiring.link(number),
            wiring.space(),
            address(),
            wiring.hostAddress(),
            router(),
            wiring.address(number),
            ROUTER_LINK,
            number);
  }

  /** A stub resolver on the host's loopback is out of reach here: its own servers are asked. */
  private String namespaces() {
    return """
    mkdir -p %1$s/ns %2$s
    mount --bind %1$s/ns %1$s/ns
    mount --make-private %1$s/ns
    touch %3$s %4$s %6$s
    [ -s %1$s/machine-id ] || tr -d - < /proc/sys/kernel/random/uuid > %1$s/machine-id
    R=/etc/resolv.conf
    [ ! -f /run/systemd/resolve/resolv.conf ] || R=/run/systemd/resolve/resolv.conf
    cp $R %1$s/resolv.conf
    """
            .formatted(directory, data(), kept("mnt"), kept("uts"), name(), kept("cgroup"))
        + groups().entrance(entrance())
        + groups().namespace(kept("cgroup"), unshare());
  }

  private String unshare() {
    return """
    --mount=%2$s --uts=%3$s sh -ec '
      hostname %4$s
      [ ! -f /etc/machine-id ] || mount --bind %1$s/machine-id /etc/machine-id
      T=$(readlink -f /etc/resolv.conf)
      mount -t tmpfs -o mode=755 tmpfs /run
      mkdir -p /run/netns /run/lock $(dirname $T)
      [ -e $T ] || touch $T
      mount --bind %1$s/resolv.conf $T
      %5$s
    '\
    """
        .formatted(directory, kept("mnt"), kept("uts"), name(), groups().mounts());
  }

  /** The script that takes the namespaces and groups away; the directory stays. */
  String removal() {
    return groups().removal()
        + """
        for f in %1$s %2$s %8$s %3$s; do
          while mountpoint -q $f; do umount $f; done
        done
        ip -n %6$s link del %7$s 2>/dev/null || true
        for n in %4$s %5$s; do
          [ ! -e /run/netns/$n ] || ip netns del $n
        done
        """
            .formatted(
                kept("mnt"),
                kept("uts"),
                directory.resolve("ns"),
                space(),
                router(),
                wiring.space(),
                wiring.link(number),
                kept("cgroup"));
  }
}
