package dev.wherry.machinery.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventRecorderTest {
  private static final Node NODE =
      Node.builder().metadata(ObjectMeta.builder().name("n1").build()).build();

  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final EventRecorder recorder = EventRecorder.start(api, "kubelet", "n1", timer);
  private final Pod pod =
      Pod.builder()
          .metadata(ObjectMeta.builder().namespace("default").name("p").uid("u1").build())
          .build();

  @AfterEach
  void close() {
    recorder.close();
  }

  private List<Event> events() {
    return api.list(Event.KIND, "default", ListOptions.ALL).items();
  }

  private List<String> reasons() {
    return events().stream().map(Event::reason).toList();
  }

  private int total() {
    return events().stream().mapToInt(event -> event.count() == null ? 0 : event.count()).sum();
  }

  @Test
  void report_repeated_countsUpOneEvent() {
    recorder.report(pod, EventType.WARNING, "BackOff", "back-off");
    Eventually.await("written", () -> total() == 1);
    timer.advance(Duration.ofSeconds(5));
    recorder.report(pod, EventType.WARNING, "BackOff", "back-off");
    Eventually.await("counted", () -> total() == 2);

    Event event = events().getFirst();
    assertEquals(1, events().size());
    assertEquals("Pod", event.involvedObject().kind());
    assertEquals("Warning", event.type());
    assertEquals("kubelet", event.source().component());
    assertEquals(timer.instant(), event.lastTimestamp());
  }

  @Test
  void report_manyDifferingMessages_areCombined() {
    for (int i = 1; i <= 15; i++) {
      recorder.report(pod, EventType.NORMAL, "Pulled", "message " + i);
    }
    Eventually.await("all written", () -> total() == 15);

    assertEquals(10, events().size());
    assertEquals(
        1,
        events().stream()
            .filter(e -> e.message().equals("(combined from similar events): message 15"))
            .count());
  }

  @Test
  void report_flood_isLimitedPerObject() {
    for (int i = 0; i < 100; i++) {
      recorder.report(pod, EventType.NORMAL, "Spam", "same");
    }
    // What comes last is written once all of the flood is judged, by the clock of before.
    recorder.report(NODE, EventType.NORMAL, "NodeReady", "ready");
    Eventually.await("all judged", () -> reasons().contains("NodeReady"));
    assertEquals(EventCorrelator.BURST_EVENTS + 1, total());
    timer.advance(Duration.ofMinutes(5));
    recorder.report(pod, EventType.NORMAL, "Spam", "same");
    Eventually.await("one more", () -> total() == EventCorrelator.BURST_EVENTS + 2);
  }

  @Test
  void report_clusterScope_livesInDefault() {
    recorder.report(NODE, EventType.NORMAL, "NodeReady", "ready");
    Eventually.await("written", () -> total() == 1);
  }
}
