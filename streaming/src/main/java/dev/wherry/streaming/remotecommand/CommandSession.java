package dev.wherry.streaming.remotecommand;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.streaming.upgrade.Inbox;
import dev.wherry.streaming.upgrade.ReadGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One remote command: a thread carries the process's output to the client, another the client's
 * input to the process. What the client sends ahead is bounded by its inbox.
 */
final class CommandSession {
  private sealed interface Input {
    record Bytes(ByteBuffer content) implements Input {}

    record End() implements Input {}

    record Resize(int columns, int rows) implements Input {}
  }

  private final RemoteProcess.Opener opener;
  private final CommandClient client;
  private final Inbox<Input> inputs;
  private @Nullable RemoteProcess running;
  private boolean gone;

  CommandSession(RemoteProcess.Opener opener, CommandClient client, ReadGate gate) {
    this.opener = opener;
    this.client = client;
    this.inputs = new Inbox<>(gate);
  }

  void start() {
    Thread.ofVirtual().name("remote-command").start(this::run);
  }

  void input(byte[] bytes) {
    inputs.add(new Input.Bytes(ByteBuffer.wrap(bytes)), bytes.length);
  }

  void inputEnded() {
    inputs.add(new Input.End(), 0);
  }

  /** A terminal size as kubectl sends it: {@code {"Width":80,"Height":24}}. */
  void resize(byte[] json) {
    try {
      JsonNode size = Json.parse(json);
      int columns = size.path("Width").asInt(0);
      int rows = size.path("Height").asInt(0);
      inputs.add(new Input.Resize(columns, rows), json.length);
    } catch (DecodeException e) {
      // A size that cannot be read leaves the terminal as it is.
    }
  }

  /** The client has left: the process keeps running, its streams go. */
  void clientGone() {
    RemoteProcess process;
    synchronized (this) {
      gone = true;
      process = running;
    }
    inputs.discard();
    if (process != null) {
      Thread.ofVirtual().name("remote-close").start(process::close);
    }
  }

  private synchronized boolean take(RemoteProcess process) {
    running = process;
    return !gone;
  }

  private void run() {
    CommandStatus status;
    try (RemoteProcess process = opener.open()) {
      if (!take(process)) {
        return;
      }
      Thread.ofVirtual().name("remote-input").start(() -> feed(process));
      carry(process);
      status = process.outcome();
    } catch (IOException | RuntimeException e) {
      status = CommandStatus.failure("error executing command in container: " + e.getMessage());
    } finally {
      inputs.discard();
    }
    client.finish(status);
  }

  private void carry(RemoteProcess process) throws IOException {
    for (Optional<RemoteProcess.Output> o = process.read(); o.isPresent(); o = process.read()) {
      client.output(o.get().stderr(), o.get().bytes());
    }
  }

  private void feed(RemoteProcess process) {
    try {
      for (Optional<Input> i = inputs.take(); i.isPresent(); i = inputs.take()) {
        switch (i.get()) {
          case Input.Bytes(ByteBuffer content) -> process.write(content);
          case Input.End() -> process.closeInput();
          case Input.Resize(int columns, int rows) -> process.resize(columns, rows);
        }
      }
    } catch (IOException e) {
      // The process no longer reads; what it still writes is carried on.
      inputs.discard();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
