package dev.wherry.scheduler.extender;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.config.ExtenderConfig;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.config.SchedulerConfigFile;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Explainer;
import dev.wherry.scheduler.decision.Explanation;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.framework.PluginPorts;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpExtenderTest {
  private static final ClusterObjects OBJECTS =
      new ClusterObjects() {
        @Override
        public Optional<ObjectNode> pod(PodKey key) {
          return Optional.of(named(key.name()));
        }

        @Override
        public Optional<ObjectNode> node(String name) {
          return Optional.of(named(name));
        }
      };

  private static final class Bound implements BindPlugin {
    private final List<String> bound = new ArrayList<>();

    @Override
    public String name() {
      return "DefaultBinder";
    }

    @Override
    public void bind(PodView pod, String node) {
      bound.add(pod.key().name() + " " + node);
    }
  }

  private FakeExtender fake;
  private final List<HttpExtender> opened = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    fake = new FakeExtender();
  }

  @AfterEach
  void stop() {
    opened.forEach(HttpExtender::close);
    fake.close();
  }

  private static ObjectNode named(String name) {
    ObjectNode object = Json.object();
    object.putObject("metadata").put("name", name);
    return object;
  }

  /** As kube-scheduler's file has it. */
  private static SchedulerConfig config(String extenders) {
    String file =
        """
        {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
         "extenders": [%s]}
        """
            .formatted(extenders);
    return SchedulerConfigFile.parse(Json.parse(file.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpExtender extender(String fields) {
    ExtenderConfig read =
        config("{\"urlPrefix\": \"%s\", %s}".formatted(fake.url(), fields)).extenders().getFirst();
    HttpExtender extender = new HttpExtender(read, OBJECTS);
    opened.add(extender);
    return extender;
  }

  private Decision decide(PodView pod, Extender extender, NodeView... nodes) {
    return new Decider(1).decide(pod, cluster(nodes), profile(extender));
  }

  private static ClusterSnapshot cluster(NodeView... nodes) {
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (NodeView node : nodes) {
      snapshot = snapshot.with(node);
    }
    return snapshot;
  }

  private static Profile profile(Extender extender) {
    return ProfileFactory.create(
        SchedulerConfig.defaults().profiles().getFirst(),
        new Bound(),
        PluginPorts.NONE,
        pod -> Labels.EVERYTHING,
        List.of(extender));
  }

  @Test
  void filter_namesOnly_keepsWhatItNames() {
    fake.on("filter", "{\"nodenames\": [\"b\"], \"FailedNodes\": {\"a\": \"no GPU\"}}");
    Extender extender = extender("\"filterVerb\": \"filter\", \"nodeCacheCapable\": true");
    Decision.Place place =
        assertInstanceOf(
            Decision.Place.class,
            decide(pod("p").build(), extender, node("a").build(), node("b").build()));
    assertEquals("b", place.node());
    assertEquals("p", fake.asked().getFirst().at("/Pod/metadata/name").asText());
    assertEquals(2, fake.asked().getFirst().path("NodeNames").size());
  }

  @Test
  void filter_wholeNodes_refusalsAreSaid() {
    fake.on(
        "filter",
        "{\"Nodes\": {\"items\": []}, \"FailedNodes\": {\"a\": \"no GPU\"},"
            + " \"FailedAndUnresolvableNodes\": {\"b\": \"wrong rack\"}}");
    Extender extender = extender("\"filterVerb\": \"filter\"");
    Decision.Nowhere nowhere =
        assertInstanceOf(
            Decision.Nowhere.class,
            decide(pod("p").build(), extender, node("a").build(), node("b").build()));
    assertTrue(
        nowhere.message().startsWith("0/2 nodes are available: 1 no GPU, 1 wrong rack."),
        nowhere.message());
    assertTrue(nowhere.rejectedBy().contains(Extender.PLUGIN));
    assertEquals("a", fake.asked().getFirst().at("/Nodes/items/0/metadata/name").asText());
  }

  @Test
  void filter_fails_podFailsUnlessItIsIgnorable() {
    String why =
        assertInstanceOf(
                Decision.Failed.class,
                decide(pod("p").build(), extender("\"filterVerb\": \"gone\""), node("a").build()))
            .why();
    assertTrue(why.contains("code 500"), why);
    assertInstanceOf(
        Decision.Place.class,
        decide(
            pod("p").build(),
            extender("\"filterVerb\": \"gone\", \"ignorable\": true"),
            node("a").build()));
  }

  @Test
  void filter_silent_isGivenUpAfterItsTime() {
    fake.on("filter", "");
    Extender extender = extender("\"filterVerb\": \"filter\", \"httpTimeout\": \"100ms\"");
    assertInstanceOf(Decision.Failed.class, decide(pod("p").build(), extender, node("a").build()));
  }

  @Test
  void prioritize_points_countTenfoldTimesWeight() {
    fake.on("rank", "[{\"Host\": \"a\", \"Score\": 1}, {\"host\": \"b\", \"score\": 9}]");
    Extender extender = extender("\"prioritizeVerb\": \"rank\", \"weight\": 5");
    Decision.Place place =
        assertInstanceOf(
            Decision.Place.class,
            decide(pod("p").build(), extender, node("a").build(), node("b").build()));
    assertEquals("b", place.node());
    assertTrue(place.score() >= 450, () -> "" + place.score());
  }

  @Test
  void managedResources_podWithoutThem_isNotAsked() {
    Extender extender =
        extender(
            "\"filterVerb\": \"filter\", \"managedResources\": [{\"name\": \"example.com/gpu\"}]");
    assertInstanceOf(Decision.Place.class, decide(pod("p").build(), extender, node("a").build()));
    assertTrue(fake.asked().isEmpty());
    assertTrue(extender.isInterested(pod("q").asksExtended("example.com/gpu", 1).build()));
  }

  @Test
  void preempt_extenderStrikesOut_otherNodeIsTaken() {
    fake.on("preempt", "{\"NodeNameToMetaVictims\": {\"b\": {\"Pods\": [{\"UID\": \"uid-y\"}]}}}");
    Extender extender = extender("\"preemptVerb\": \"preempt\", \"nodeCacheCapable\": true");
    Decision.Nowhere nowhere =
        assertInstanceOf(
            Decision.Nowhere.class,
            decide(
                pod("p").asks(4_000, 1).priority(10).build(),
                extender,
                node("a").build().with(pod("x").asks(4_000, 1).on("a").build()),
                node("b").build().with(pod("y").asks(4_000, 1).priority(5).on("b").build())));
    assertEquals("b", assertInstanceOf(Decision.Room.Preempt.class, nowhere.room()).node());
    assertEquals(
        "uid-x", fake.asked().getFirst().at("/NodeNameToMetaVictims/a/Pods/0/UID").asText());
  }

  @Test
  void bind_extenderBinds_insteadOfTheScheduler() {
    fake.on("bind", "{}");
    Bound own = new Bound();
    new ExtenderBinder(own, List.of(extender("\"bindVerb\": \"bind\"")))
        .bind(pod("p").build(), "a");
    assertEquals("a", fake.asked().getFirst().path("Node").asText());
    assertTrue(own.bound.isEmpty());

    Extender refuses = extender("\"bindVerb\": \"refuse\"");
    ExtenderBinder strict = new ExtenderBinder(own, List.of(refuses));
    assertThrows(ExtenderException.class, () -> strict.bind(pod("p").build(), "a"));
    new ExtenderBinder(own, List.of(extender("\"bindVerb\": \"refuse\", \"ignorable\": true")))
        .bind(pod("p").build(), "a");
    assertEquals(List.of("p a"), own.bound);
  }

  @Test
  void explain_extenderRefuses_isAmongTheObjections() {
    fake.on("filter", "{\"NodeNames\": [], \"FailedNodes\": {\"a\": \"no GPU\"}}");
    Extender extender = extender("\"filterVerb\": \"filter\", \"nodeCacheCapable\": true");
    Explanation explanation =
        Explainer.explain(pod("p").build(), cluster(node("a").build()), profile(extender));
    assertFalse(explanation.nodes().getFirst().fits());
    assertEquals("no GPU", explanation.nodes().getFirst().objections().getFirst().reason());
  }
}
