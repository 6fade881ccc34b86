package dev.wherry.network.nodes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.network.netlink.TestNamespace;
import dev.wherry.network.wireguard.WireGuardKernel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where this kernel has no WireGuard, testkit's machine has it (WireGuardMachineTest there). */
class WireGuardTest {
  private @TempDir Path folder;

  @Test
  void pods_ofTwoNodes_areEncrypted_orNotReached() throws Exception {
    assumeTrue(TestNamespace.possible(), "needs root, ip, nft and busybox");
    assumeTrue(WireGuardKernel.isPresent(), "needs a kernel with WireGuard");
    try (WireGuardProof proof = new WireGuardProof(folder)) {
      proof.prove();
    }
  }
}
