package dev.wherry.network.proxy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.network.netlink.SctpPeers;
import org.junit.jupiter.api.Test;

/** Where this kernel has no SCTP, testkit's machine has it (SctpMachineTest there). */
class SctpTest {
  @Test
  void service_ofSctp_answersByAllItsAddresses() throws Exception {
    assumeTrue(SctpPeers.possible(), "needs root, ip, nft, socat and a kernel with SCTP");
    SctpProof.prove();
  }
}
