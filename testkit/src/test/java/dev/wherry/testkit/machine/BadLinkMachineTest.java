package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network module's proof about links that delay and lose frames, on a kernel with netem. */
@Tag("long")
class BadLinkMachineTest {
  @Test
  void pods_ofTwoNodes_overABadLink_reachEachOtherThroughTheTunnel(@TempDir Path folder)
      throws Exception {
    assumeTrue(MachineImages.possible(), "needs qemu-system-x86, mmdebstrap and e2fsprogs");
    try (ProofMachine machine = ProofMachine.boot(folder)) {
      machine.sh("modprobe -a vxlan sch_netem");
      machine.prove("dev.wherry.network.nodes.BadLinkProof");
    }
  }
}
