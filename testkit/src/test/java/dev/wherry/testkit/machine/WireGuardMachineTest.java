package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network module's proof of encryption between nodes, on a kernel that has WireGuard. */
@Tag("long")
class WireGuardMachineTest {
  @Test
  void pods_ofTwoNodes_areEncrypted_orNotReached(@TempDir Path folder) throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    try (ProofMachine machine = ProofMachine.boot(folder)) {
      machine.prove("dev.wherry.network.nodes.WireGuardProof");
    }
  }
}
