package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network module's proofs about SCTP and a host port of it, on a kernel that has SCTP. */
@Tag("long")
class SctpMachineTest {
  /** A pod, and a host outside that reaches the node by a link. */
  private static final String PLACES =
      """
      modprobe -a sctp br_netfilter
      ip netns add pod
      ip netns add outside
      ip link add out0 type veth peer eth0 netns outside
      ip addr add 198.51.100.1/24 dev out0
      ip link set out0 up
      ip -n outside addr add 198.51.100.2/24 dev eth0
      ip -n outside link set eth0 up
      sysctl -qw net.ipv4.ip_forward=1
      """;

  private static final String SERVER =
      "systemd-run -q --unit=server ip netns exec pod"
          + " socat SCTP4-LISTEN:9,fork,reuseaddr 'SYSTEM:echo pod'";

  private static String ask(int port) {
    return "ip netns exec outside timeout 9 socat -u SCTP4:198.51.100.1:"
        + port
        + ",connect-timeout=5 - 2>/dev/null || true";
  }

  @Test
  void sctp_ofServicesPoliciesAndHostPorts(@TempDir Path folder) throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    try (ProofMachine machine = ProofMachine.boot(folder)) {
      machine.sh(PLACES);
      machine.prove("dev.wherry.network.proxy.SctpProof");
      machine.prove("dev.wherry.network.policy.SctpProof");

      machine.prove("dev.wherry.testkit.machine.HostPorts /root/cni /run/netns/pod 30100:9/sctp");
      machine.sh(SERVER);
      assertEquals("pod", machine.sh(ask(30100)));
      assertEquals("", machine.sh(ask(30101)));
    }
  }
}
