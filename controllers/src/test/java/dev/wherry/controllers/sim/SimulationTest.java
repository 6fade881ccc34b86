package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.device.DeviceScenario;
import dev.wherry.controllers.volume.VolumeScenario;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Every build runs a slice of seeds; {@code -Dwherry.sim.seeds=10000} runs more, {@code
 * -Dwherry.sim.from=N} from another seed on.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("wherry.sim.seeds", 6);
  private static final int FROM = Integer.getInteger("wherry.sim.from", 1);
  private static final int STEPS = 400;

  private static void run(Supplier<Scenario> scenario) {
    for (int seed = FROM; seed < FROM + SEEDS; seed++) {
      World.run(seed, STEPS, scenario.get());
    }
  }

  @Test
  void replicaSet_anySeed_neverTooManyPodsAndSettles() {
    run(ReplicaScenario::new);
  }

  @Test
  void deployment_anySeed_keepsItsPromisesAndSettles() {
    run(DeploymentScenario::new);
  }

  @Test
  void job_anySeed_countsEveryPodOnce() {
    run(() -> new JobScenario(false, false));
  }

  @Test
  void indexedJob_anySeed_completesEveryIndex() {
    run(() -> new JobScenario(true, false));
  }

  @Test
  void indexedJobWithLimits_anySeed_endsEveryIndex() {
    run(() -> new JobScenario(true, true));
  }

  @Test
  void orderedStatefulSet_anySeed_startsOneAfterTheOther() {
    run(() -> new StatefulScenario(true));
  }

  @Test
  void parallelStatefulSet_anySeed_settles() {
    run(() -> new StatefulScenario(false));
  }

  @Test
  void daemonSet_anySeed_hasOnePodPerNode() {
    run(() -> new DaemonScenario(false));
  }

  @Test
  void daemonSetWithSurge_anySeed_settles() {
    run(() -> new DaemonScenario(true));
  }

  @Test
  void volumes_anySeed_noTwoClaimsShareOneAndAllSettle() {
    run(VolumeScenario::new);
  }

  @Test
  void deviceClaims_anySeed_oneForAPodAndNoneHeldInVain() {
    run(DeviceScenario::new);
  }

  @Test
  void seed_runTwice_writesTheSame() {
    List<String> first = World.run(7, STEPS, new DeploymentScenario());
    assertTrue(first.size() > 10);
    assertEquals(first, World.run(7, STEPS, new DeploymentScenario()));
  }
}
