package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.json.Json;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import dev.wherry.scheduler.view.Surroundings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VolumePluginsTest {
  private static final BindPlugin NO_BINDING =
      new BindPlugin() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public void bind(PodView bound, String onto) {
          throw new AssertionError("nothing is bound here");
        }
      };

  private final Storage storage = new Storage();
  private final Profile profile =
      ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), NO_BINDING);
  private ClusterSnapshot snapshot =
      ClusterSnapshot.EMPTY.with(
          new Surroundings(Map.of(), List.of(), new Nominations(), storage, new Devices()));

  private void add(NodeView node) {
    snapshot = snapshot.with(node);
  }

  private void twoNodes() {
    add(node("n1").label("zone", "a").label("kubernetes.io/hostname", "n1").build());
    add(node("n2").label("zone", "b").label("kubernetes.io/hostname", "n2").build());
  }

  private void claim(String name, String annotations, String spec) {
    storage.claimSeen(
        PersistentVolumeClaim.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "%1$s", "namespace": "default", "uid": "uid-%1$s",
                              "annotations": {%2$s}},
                 "spec": {"accessModes": ["ReadWriteOnce"],
                          "resources": {"requests": {"storage": "1Gi"}}%3$s}}
                """
                    .formatted(name, annotations, spec))));
  }

  private void bound(String name, String volume) {
    claim(
        name,
        "\"pv.kubernetes.io/bind-completed\": \"yes\"",
        ", \"volumeName\": \"" + volume + "\"");
  }

  private void volume(String name, String host, String spec) {
    storage.volumeSeen(
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "%s"},
                 "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
                          "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions":
                            [{"key": "kubernetes.io/hostname", "operator": "In",
                              "values": ["%s"]}]}]}}%s}}
                """
                    .formatted(name, host, spec))));
  }

  private void waitingClass(String name, String provisioner) {
    storage.classSeen(
        StorageClass.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "%s"}, "provisioner": "%s",
                 "volumeBindingMode": "WaitForFirstConsumer"}
                """
                    .formatted(name, provisioner))));
  }

  private Decision decide(PodView pod) {
    return new Decider(1).decide(pod, snapshot, profile);
  }

  private String refusal(PodView pod) {
    return assertInstanceOf(Decision.Nowhere.class, decide(pod)).message();
  }

  private String place(PodView pod) {
    return assertInstanceOf(Decision.Place.class, decide(pod)).node();
  }

  @Test
  void claimMissingOrImmediate_podWaitsWithUpstreamsSentence() {
    twoNodes();
    PodView pod = pod("web").claim("data").build();
    assertEquals(
        "0/2 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/2 nodes"
            + " are available: 2 Preemption is not helpful for scheduling.",
        refusal(pod));
    claim("data", "", "");
    assertTrue(refusal(pod).contains(": pod has unbound immediate PersistentVolumeClaims. "));
  }

  @Test
  void boundClaim_podGoesWhereItsVolumeIs() {
    twoNodes();
    bound("data", "pv-2");
    PodView pod = pod("web").claim("data").build();
    assertTrue(
        refusal(pod)
            .contains(
                "2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"));
    volume("pv-2", "n2", "");
    assertEquals("n2", place(pod));
    volume("pv-2", "n3", "");
    assertTrue(refusal(pod).contains("2 node(s) didn't match PersistentVolume's node affinity"));
  }

  @Test
  void delayedClaim_freeVolume_isMatchedOnlyOnce() {
    twoNodes();
    waitingClass("local", "kubernetes.io/no-provisioner");
    volume("pv-1", "n1", ", \"storageClassName\": \"local\"");
    claim("one", "", ", \"storageClassName\": \"local\"");
    claim("two", "", ", \"storageClassName\": \"local\"");
    PodView first = pod("first").claim("one").build();
    assertEquals("n1", place(first));

    Reservation reserved =
        profile
            .reserves()
            .getFirst()
            .reserve(first, snapshot.node("n1").orElseThrow(), snapshot)
            .orElseThrow();
    PodView second = pod("second").claim("two").build();
    assertTrue(
        refusal(second).contains("2 node(s) didn't find available persistent volumes to bind"));
    reserved.release();
    assertEquals("n1", place(second));
  }

  @Test
  void delayedClaim_provisioner_anyNodeUntilOneIsSelected() {
    twoNodes();
    waitingClass("local-path", "wherry.dev/local-path");
    claim("data", "", ", \"storageClassName\": \"local-path\"");
    PodView pod = pod("web").claim("data").build();
    place(pod);

    claim(
        "data",
        "\"volume.kubernetes.io/selected-node\": \"n2\"",
        ", \"storageClassName\": \"local-path\"");
    assertEquals("n2", place(pod));
  }

  @Test
  void reserve_boundClaims_takesNothing() {
    twoNodes();
    bound("data", "pv-1");
    volume("pv-1", "n1", "");
    Optional<Reservation> reserved =
        profile
            .reserves()
            .getFirst()
            .reserve(pod("web").claim("data").build(), snapshot.node("n1").orElseThrow(), snapshot);
    assertTrue(reserved.isEmpty());
  }

  @Test
  void exclusiveClaim_usedBySomePod_rejectsEveryNode() {
    claim(
        "data",
        "\"pv.kubernetes.io/bind-completed\": \"yes\"",
        ", \"volumeName\": \"pv-1\", \"accessModes\": [\"ReadWriteOncePod\"]");
    volume("pv-1", "n1", "");
    add(
        node("n1")
            .label("kubernetes.io/hostname", "n1")
            .build()
            .with(pod("user").claim("data").on("n1").build()));
    assertTrue(
        refusal(pod("web").claim("data").build())
            .contains("node has pod using PersistentVolumeClaim with the same name and"));
  }

  @Test
  void zonedVolume_podStaysInTheZone() {
    add(node("n1").label("topology.kubernetes.io/zone", "a").build());
    add(node("n2").label("topology.kubernetes.io/zone", "b").build());
    bound("data", "pv");
    storage.volumeSeen(
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "pv", "labels": {"topology.kubernetes.io/zone": "b__c"}}}
                """)));
    assertEquals("n2", place(pod("web").claim("data").build()));
  }
}
