package dev.wherry.apiserver.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.audit.AuditPolicy.Decision;
import dev.wherry.apiserver.audit.AuditPolicy.Level;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The audit log of a server. */
public final class AuditLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

  /** Events that wait for the disk; a request waits for room, and then its event is lost. */
  private static final int EVENTS_MAX = 10_000;

  /** Bytes of the events that wait, so that large bodies fill no memory. */
  private static final long BYTES_MAX = 64 << 20;

  private static final long ROOM_WAIT_MILLIS = 1_000;
  private static final int STOP_SECONDS = 5;
  private static final byte[] END = new byte[0];

  private final AuditPolicy policy;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final AuditFile file;
  private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(EVENTS_MAX);
  private final LongAdder waitingBytes = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final Thread thread;

  private AuditLog(AuditPolicy policy, AuditFile file, InstantSource clock, Supplier<UUID> ids) {
    this.policy = policy;
    this.file = file;
    this.clock = clock;
    this.ids = ids;
    this.thread = Thread.ofPlatform().name("audit-log").daemon().start(this::run);
  }

  /**
   * Opens.
   *
   * @param ids of events
   */
  public static AuditLog open(AuditConfig config, InstantSource clock, Supplier<UUID> ids) {
    try {
      return new AuditLog(
          AuditPolicy.read(config.policy()), new AuditFile(config, clock), clock, ids);
    } catch (IOException e) {
      throw new UncheckedIOException("the audit log " + config.log() + " cannot be opened", e);
    }
  }

  /** Begins a request's part of the log. */
  public AuditTrail begin(Exchange exchange, UserInfo user, RequestInfo asked) {
    Decision decision = policy.decide(user, asked);
    if (decision.level() == Level.NONE) {
      return AuditTrail.NONE;
    }
    AuditTrail trail =
        new RecordedTrail(this, decision, exchange, user, asked, ids.get().toString());
    trail.received();
    return trail;
  }

  InstantSource clock() {
    return clock;
  }

  /** Events that were lost because the disk did not keep up. */
  public long lost() {
    return lost.sum();
  }

  void write(ObjectNode event) {
    byte[] json = Json.write(event);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    try {
      if (waitingBytes.sum() + line.length > BYTES_MAX
          || !queue.offer(line, ROOM_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        lost.increment();
        LOG.log(System.Logger.Level.ERROR, "audit=lost events=" + lost.sum());
        return;
      }
      waitingBytes.add(line.length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lost.increment();
    }
  }

  private void run() {
    try (file) {
      for (byte[] line = queue.take(); line != END; line = queue.take()) {
        waitingBytes.add(-line.length);
        put(line);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "audit=failed why=\"" + e.getMessage() + "\"");
    }
  }

  private void put(byte[] line) {
    try {
      file.write(line);
      if (queue.isEmpty()) {
        file.flush();
      }
    } catch (IOException e) {
      lost.increment();
      LOG.log(System.Logger.Level.ERROR, "audit=failed why=\"" + e.getMessage() + "\"");
    }
  }

  /** Writes what waits. */
  @Override
  public void close() {
    try {
      boolean _ = queue.offer(END, STOP_SECONDS, TimeUnit.SECONDS);
      thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
