package dev.wherry.runtime.docker.streams;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.docker.AttachedProcess;
import dev.wherry.runtime.docker.DockerStreams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One remote command: a thread carries the process's output to the client, another the client's
 * input to the process. What the client sends ahead is bounded by stopping its flow.
 */
final class CommandSession {
  private static final int INPUT_CHUNKS_MAX = 16;
  private static final int EXIT_CODE_LOOKS_MAX = 100;
  private static final long EXIT_CODE_LOOK_MILLIS = 50;

  /** What the client asked for, exec and attach alike. */
  record Wanted(boolean stdin, boolean stdout, boolean stderr, boolean tty) {
    static Wanted of(Object request) {
      return switch (request) {
        case ExecRequest e ->
            new Wanted(e.getStdin(), e.getStdout(), e.getStderr() && !e.getTty(), e.getTty());
        case AttachRequest a ->
            new Wanted(a.getStdin(), a.getStdout(), a.getStderr() && !a.getTty(), a.getTty());
        default -> throw new IllegalArgumentException("no remote command");
      };
    }
  }

  private sealed interface Input {
    record Bytes(ByteBuffer content) implements Input {}

    record End() implements Input {}

    record Resize(int columns, int rows) implements Input {}

    record Gone() implements Input {}
  }

  private final DockerStreams streams;
  private final Object request;
  private final CommandClient client;
  private final LinkedBlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
  private final CountDownLatch gone = new CountDownLatch(1);

  CommandSession(DockerStreams streams, Object request, CommandClient client) {
    this.streams = streams;
    this.request = request;
    this.client = client;
  }

  void start() {
    Thread.ofVirtual().name("remote-command").start(this::run);
  }

  void input(byte[] bytes) {
    inputs.add(new Input.Bytes(ByteBuffer.wrap(bytes)));
    if (inputs.size() >= INPUT_CHUNKS_MAX) {
      client.takeInput(false);
    }
  }

  void inputEnded() {
    inputs.add(new Input.End());
  }

  /** A terminal size as kubectl sends it: {@code {"Width":80,"Height":24}}. */
  void resize(byte[] json) {
    try {
      JsonNode size = Trees.parse(json);
      inputs.add(new Input.Resize(size.path("Width").asInt(0), size.path("Height").asInt(0)));
    } catch (IllegalArgumentException e) {
      // A size that cannot be read leaves the terminal as it is.
    }
  }

  /** The client has left: the process keeps running, its streams go. */
  void clientGone() {
    inputs.add(new Input.Gone());
    gone.countDown();
  }

  private void run() {
    byte[] status;
    try (AttachedProcess process = open()) {
      Thread.ofVirtual().name("remote-input").start(() -> feed(process));
      carry(process);
      status = status(process);
    } catch (IOException | RuntimeException e) {
      status = ExitStatus.failure(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      status = ExitStatus.failure("interrupted");
    } finally {
      inputs.add(new Input.Gone());
    }
    client.finish(status);
  }

  private AttachedProcess open() throws IOException {
    return switch (request) {
      case ExecRequest exec -> streams.exec(exec);
      case AttachRequest attach -> streams.attach(attach);
      default -> throw new IllegalArgumentException("no remote command");
    };
  }

  private void carry(AttachedProcess process) throws IOException {
    for (Optional<AttachedProcess.Output> o = process.read(); o.isPresent(); o = process.read()) {
      client.output(o.get().stderr(), o.get().bytes());
    }
  }

  // Docker notes an exit a moment after it has closed the streams.
  private byte[] status(AttachedProcess process) throws InterruptedException {
    if (request instanceof AttachRequest) {
      return ExitStatus.of(0);
    }
    for (int look = 0; look < EXIT_CODE_LOOKS_MAX; look++) {
      Optional<Integer> exitCode = process.exitCode();
      if (exitCode.isPresent()) {
        return ExitStatus.of(exitCode.get());
      }
      if (gone.await(EXIT_CODE_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    return ExitStatus.failure("the command's exit code is not known");
  }

  private void feed(AttachedProcess process) {
    try {
      while (true) {
        Input input = inputs.take();
        if (inputs.isEmpty()) {
          client.takeInput(true);
        }
        switch (input) {
          case Input.Bytes bytes -> process.write(bytes.content());
          case Input.End _ -> process.closeInput();
          case Input.Resize size -> process.resize(size.columns(), size.rows());
          case Input.Gone _ -> {
            process.close();
            return;
          }
        }
      }
    } catch (IOException e) {
      // The process no longer reads; what it still writes is carried on.
      client.takeInput(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
