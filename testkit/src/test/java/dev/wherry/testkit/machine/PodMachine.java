package dev.wherry.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A machine with the program on it, and the words of {@code /machine/pods.sh} that it knows. */
final class PodMachine {
  private static final Duration WORDS_MAX = Duration.ofMinutes(12);
  private static final Duration STATE_MAX = Duration.ofMinutes(10);
  private static final long LOOK_AGAIN_SECONDS = 2;

  private final Guest machine;
  private final String known;
  private long mark = System.nanoTime();

  private PodMachine(Guest machine, String known) {
    this.machine = machine;
    this.known = known;
  }

  static PodMachine of(Guest machine) throws IOException {
    try (InputStream script = PodMachine.class.getResourceAsStream("/machine/pods.sh")) {
      if (script == null) {
        throw new IOException("no resource /machine/pods.sh");
      }
      return new PodMachine(machine, new String(script.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  void reboot() throws IOException, InterruptedException {
    machine.reboot();
  }

  /** Runs words of the shell to their good end and gives what they print. */
  String sh(String words) throws IOException, InterruptedException {
    return machine.text(known + "\n" + words + "\n", WORDS_MAX);
  }

  /** Says how long it took since the last time. */
  void took(String what) {
    long now = System.nanoTime();
    System.out.println(
        "in the machine: " + TimeUnit.NANOSECONDS.toSeconds(now - mark) + " s for " + what);
    mark = now;
  }

  /** An object as the API has it, asked for until it is as wanted. */
  JsonNode await(String object, String wanted, Predicate<JsonNode> test)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + STATE_MAX.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      var answer = machine.run(known + "\nget " + object + "\n", WORDS_MAX);
      last = answer.text();
      if (answer.exit() == 0) {
        JsonNode tree = tree(last);
        if (test.test(tree)) {
          return tree;
        }
      }
      TimeUnit.SECONDS.sleep(LOOK_AGAIN_SECONDS);
    }
    String log = machine.run("journalctl -u wherry -n 60 --no-pager", WORDS_MAX).text();
    throw new IOException(object + " is not " + wanted + ": " + last + "\n" + log);
  }

  /** A pod whose one container runs, started anew so often. */
  JsonNode running(String pod, int restarts) throws IOException, InterruptedException {
    return await(
        "pod " + pod,
        "running after " + restarts + " restarts",
        tree ->
            !container(tree).at("/state/running").isMissingNode()
                && container(tree).path("restartCount").asInt() == restarts);
  }

  /** kill -9 of the server: the counter's process goes on and its log has no gap. */
  void killServer(JsonNode before) throws IOException, InterruptedException {
    String processes = sh("processes 'i=0; while'");
    sh("killed");
    JsonNode counter = running("counter", 0);
    assertEquals(processes, sh("processes 'i=0; while'"));
    assertEquals(startedAt(before), startedAt(counter));
    assertEquals("", sh("gaps"), "the counter went on without a gap");
    took("kill -9 of the server and its restart");
  }

  /**
   * Both pods run again after a boot, once each.
   *
   * @param exitCode what is known of the counter's last container: 255 where nobody saw its end
   */
  JsonNode startedAnew(JsonNode before, int restarts, int exitCode)
      throws IOException, InterruptedException {
    JsonNode counter = running("counter", restarts);
    running("deaf", restarts);
    JsonNode last = container(counter).at("/lastState/terminated");
    assertEquals(exitCode, last.path("exitCode").asInt(), counter.toString());
    assertEquals(startedAt(before), last.path("startedAt").asText());
    long boot = Long.parseLong(sh("awk '/^btime/ { print $2 }' /proc/stat"));
    long start = Instant.parse(startedAt(counter)).getEpochSecond();
    assertTrue(start >= boot, "started at " + start + ", booted at " + boot);
    assertEquals(1, sh("processes 'i=0; while'").split(" ", -1).length, "no doubles");
    took("the service after it");
    return counter;
  }

  private static String startedAt(JsonNode pod) {
    return container(pod).at("/state/running/startedAt").asText();
  }

  /** The status of a pod's first container. */
  static JsonNode container(JsonNode pod) {
    return pod.at("/status/containerStatuses/0");
  }

  static String uid(JsonNode pod) {
    return pod.at("/metadata/uid").asText();
  }

  /** What the runtime calls a pod's first container. */
  static String containerId(JsonNode pod) {
    String id = container(pod).path("containerID").asText();
    return id.substring(id.indexOf("://") + 3);
  }

  private static JsonNode tree(String text) throws IOException {
    try {
      return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
    } catch (DecodeException e) {
      throw new IOException("no object: " + text, e);
    }
  }
}
