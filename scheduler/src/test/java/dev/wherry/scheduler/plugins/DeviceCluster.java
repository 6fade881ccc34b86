package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.device;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static dev.wherry.scheduler.device.DeviceFixtures.slice;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.device.DeviceFixtures;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.ClaimWriter;
import dev.wherry.scheduler.framework.DeviceClaimWriter;
import dev.wherry.scheduler.framework.PluginPorts;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DeviceChoice;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import dev.wherry.scheduler.view.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes, the second with one device, and a profile that allocates it. */
abstract class DeviceCluster {
  static final String PREEMPTION =
      "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

  private static final BindPlugin NO_BINDING =
      new BindPlugin() {
        @Override
        public String name() {
          return "NoBinding";
        }

        @Override
        public void bind(PodView bound, String onto) {
          throw new AssertionError("nothing is bound here");
        }
      };

  final Devices devices = new Devices();
  final Written written = new Written();
  final Profile profile =
      ProfileFactory.create(
          SchedulerConfig.defaults().profiles().getFirst(),
          NO_BINDING,
          new PluginPorts(ClaimWriter.NONE, written, DeviceFixtures.EXPRESSIONS),
          pod -> Labels.EVERYTHING,
          List.of());
  ClusterSnapshot snapshot =
      ClusterSnapshot.EMPTY.with(
          new Surroundings(Map.of(), List.of(), new Nominations(), new Storage(), devices));

  @BeforeEach
  void twoNodes() {
    devices.classSeen(DeviceFixtures.deviceClass(DeviceFixtures.CLASS));
    snapshot = snapshot.with(node("n1").build()).with(node("n2").build());
    devices.sliceSeen(slice("n2", device("d1")));
  }

  Decision decide(PodView pod) {
    return new Decider(1).decide(pod, snapshot, profile);
  }

  String refusal(PodView pod) {
    return assertInstanceOf(Decision.Nowhere.class, decide(pod)).message();
  }

  String place(PodView pod) {
    return assertInstanceOf(Decision.Place.class, decide(pod)).node();
  }

  Optional<Reservation> reserve(PodView pod, String node) {
    return profile.reserves().stream()
        .filter(plugin -> plugin.name().equals("DynamicResources"))
        .findFirst()
        .orElseThrow()
        .reserve(pod, snapshot.node(node).orElseThrow(), snapshot);
  }

  /** As the API shows it once it is allocated. */
  ResourceClaim allocated(String name, String... users) {
    ResourceClaim claim = claim(name, request("r", 1));
    devices.claimSeen(claim);
    reserve(pod("maker").devices(name).build(), "n2").orElseThrow().fulfil();
    AllocationResult allocation = written.choices.getLast().allocation().orElseThrow();
    ResourceClaim shown =
        claim.toBuilder().status(claim.status().toBuilder().allocation(allocation).build()).build();
    for (String user : users) {
      shown = DeviceClaims.reserved(shown, user, "uid-" + user);
    }
    devices.claimSeen(shown);
    return shown;
  }

  /** What was written. */
  static final class Written implements DeviceClaimWriter {
    final List<String> log = new ArrayList<>();
    final List<DeviceChoice> choices = new ArrayList<>();

    @Override
    public Optional<String> reserve(PodView pod, DeviceChoice choice) {
      log.add("reserve " + choice.claim().metadata().name() + " for " + pod.key().name());
      choices.add(choice);
      return Optional.empty();
    }

    @Override
    public void unreserve(PodView pod, ResourceClaim claim) {
      log.add("unreserve " + claim.metadata().name() + " for " + pod.key().name());
    }

    @Override
    public void deallocate(ResourceClaim claim) {
      log.add("deallocate " + claim.metadata().name());
    }
  }
}
