package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.http.AnswerStream;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.WebSocketStream;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.table.TableFormat;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.ProtobufEncoder;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** WATCH: events from the cache to a client, as fast as it takes them. */
final class Watches {
  private static final int TIMEOUT_SECONDS_MIN = 1_800;
  private static final int BOOKMARK_EVERY_SECONDS = 60;
  private static final int EVENTS_PER_TURN = 64;
  private static final Duration NEWER_WITHIN = Duration.ofSeconds(3);

  /** Executors that run one task at a time, each on a virtual thread while there is any. */
  private static final Supplier<Executor> ONE_BY_ONE =
      () -> {
        Semaphore turn = new Semaphore(1, true);
        return task ->
            Thread.startVirtualThread(() -> {
              turn.acquireUninterruptibly();
              try {
                task.run();
              } finally {
                turn.release();
              }
            });
      };

  private static final byte[] FRAME_END = {'}', '\n'};

  private final WatchCache cache;
  private final Answers answers;
  private final Conversions conversions;
  private final RandomGenerator random;

  Watches(WatchCache cache, Answers answers, Conversions conversions, RandomGenerator random) {
    this.conversions = conversions;
    this.cache = cache;
    this.answers = answers;
    this.random = random;
  }

  void respond(Exchange exchange, KindInfo kind, ListOptions options) {
    Query query = exchange.query();
    Accepted form = Accepted.of(exchange.header("Accept"));
    if (form.encoding() == Accepted.Encoding.YAML) {
      throw new ApiException(
          Reason.NOT_ACCEPTABLE,
          "only the following media types are accepted: application/json,"
              + " application/vnd.kubernetes.protobuf");
    }
    Optional<LateFields> late = LateFields.of(conversions, kind, options.selection());
    ListOptions early = late.map(fields -> options.selecting(fields.early())).orElse(options);
    Function<Runnable, Watcher> start = prepare(kind, early, query);
    boolean bookmarks = query.flag("allowWatchBookmarks");
    Session session = new Session(exchange, kind, form, late, bookmarks);
    try {
      session.begin(start.apply(session::wake), seconds(query));
    } catch (ApiException e) {
      if (e.code() != 410) {
        throw e;
      }
      session.refuse(e);
    }
  }

  /**
   * Waits for the revision that is asked for.
   *
   * @return begins the watch; its argument is called when something waits
   * @throws ApiException 400 for parameters that do not fit together, 504 for a revision from the
   *     future
   */
  Function<Runnable, Watcher> prepare(KindInfo kind, ListOptions options, Query query) {
    boolean streamed = query.flag("sendInitialEvents");
    if (options.revision() > 0) {
      cache.await(options.revision(), NEWER_WITHIN);
    }
    Resource resource = KindRegistry.storage(kind);
    boolean bookmark = streamed && query.flag("allowWatchBookmarks");
    return wake ->
        options.revision() > 0 && !streamed
            ? cache.watchAfter(resource, options.selection(), options.revision(), wake)
            : cache.watchFromNow(resource, options.selection(), bookmark, wake);
  }

  /** After how many seconds the server ends a watch. */
  long seconds(Query query) {
    return query
        .number("timeoutSeconds")
        .orElse(TIMEOUT_SECONDS_MIN + random.nextLong(TIMEOUT_SECONDS_MIN));
  }

  /**
   * One watch on its way to one client; runs on the channel's event loop, or, where objects convert
   * by webhook, on a virtual thread at a time.
   */
  private final class Session {
    private final Exchange exchange;
    private final Function<CachedObject, byte[]> encode;
    private final KindInfo kind;
    private final Accepted form;
    private final Optional<LateFields> late;
    private final boolean bookmarks;
    private final EventLoop loop;
    private final Executor turns;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Optional<Watcher> watcher = Optional.empty();
    private volatile Optional<AnswerStream> stream = Optional.empty();
    private final Optional<TableFormat> table;
    private final boolean webSocket;
    private final String contentType;
    private boolean firstRow = true;
    private String formName;
    private boolean finished;

    Session(
        Exchange exchange,
        KindInfo kind,
        Accepted form,
        Optional<LateFields> late,
        boolean bookmarks) {
      this.exchange = exchange;
      this.kind = kind;
      this.form = form;
      this.late = late;
      this.bookmarks = bookmarks;
      this.loop = exchange.channel().eventLoop();
      this.turns = conversions.mayBlock(kind) ? ONE_BY_ONE.get() : loop;
      this.table =
          form.isTable() ? Optional.of(answers.table(kind, exchange, form)) : Optional.empty();
      this.encode = encoder();
      this.formName = formName();
      this.webSocket = WebSocketStream.isRequested(exchange);
      this.contentType =
          form.isProtobuf() ? Accepted.PROTOBUF_TYPE + ";stream=watch" : Answers.JSON_TYPE;
    }

    private Function<CachedObject, byte[]> encoder() {
      return form.isPlainJson()
          ? stored -> conversions.view(kind, stored).bytes()
          : stored -> encoded(conversions.view(kind, stored).tree());
    }

    private byte[] encoded(ObjectNode object) {
      if (table.isPresent()) {
        return Json.write(table.get().ofEvent(object, firstRow));
      }
      return Answers.encode(form.isPartial() ? Answers.partial(object, form) : object, form);
    }

    /** All that a frame of this watch depends on, beside the event. */
    private String formName() {
      String table = form.isTable() ? exchange.query().text("includeObject") + firstRow : "";
      return form + " " + kind.apiVersion() + " " + table;
    }

    /** Upstream opens a watch of what is forgotten and tells so by its one event. */
    void refuse(ApiException why) {
      AnswerStream opened = open();
      opened.write(error(why));
      opened.close();
    }

    private AnswerStream open() {
      return webSocket ? WebSocketStream.accept(exchange) : exchange.stream(200, contentType);
    }

    void begin(Watcher started, long timeoutSeconds) {
      watcher = Optional.of(started);
      AnswerStream opened = open();
      stream = Optional.of(opened);
      opened.flush();
      opened.whenGone(started::close);
      loop.schedule(() -> turns.execute(this::end), timeoutSeconds, TimeUnit.SECONDS);
      if (bookmarks) {
        loop.schedule(
            () -> turns.execute(this::bookmark), BOOKMARK_EVERY_SECONDS, TimeUnit.SECONDS);
      }
      wake();
    }

    void wake() {
      if (stream.isPresent() && scheduled.compareAndSet(false, true)) {
        turns.execute(this::drain);
      }
    }

    private void drain() {
      scheduled.set(false);
      if (finished || stream.isEmpty() || watcher.isEmpty()) {
        return;
      }
      AnswerStream out = stream.get();
      while (out.isWritable()) {
        List<WatchEvent> events = watcher.get().take(EVENTS_PER_TURN);
        if (events.isEmpty()) {
          out.flush();
          if (watcher.get().overrun()) {
            fail();
          }
          return;
        }
        write(out, late.map(fields -> selected(fields, events)).orElse(events));
        out.flush();
      }
      out.whenWritable(this::wake);
    }

    private static List<WatchEvent> selected(LateFields fields, List<WatchEvent> events) {
      return events.stream().flatMap(event -> fields.select(event).stream()).toList();
    }

    /** A WebSocket takes each event as a message; elsewhere several go as one piece. */
    private void write(AnswerStream out, List<WatchEvent> events) {
      if (events.isEmpty()) {
        return;
      }
      if (events.size() == 1 || webSocket) {
        events.forEach(event -> out.write(Unpooled.wrappedBuffer(frame(event))));
        return;
      }
      byte[][] frames = new byte[events.size()][];
      int bytes = 0;
      for (int i = 0; i < frames.length; i++) {
        frames[i] = frame(events.get(i));
        bytes += frames[i].length;
      }
      ByteBuf piece = exchange.channel().alloc().directBuffer(bytes, bytes);
      for (byte[] frame : frames) {
        piece.writeBytes(frame);
      }
      out.write(piece);
    }

    private byte[] frame(WatchEvent event) {
      return switch (event) {
        case WatchEvent.Changed changed -> {
          byte[] frame = changed.frames().of(formName, () -> compose(changed));
          if (firstRow) {
            firstRow = false;
            formName = formName();
          }
          yield frame;
        }
        case WatchEvent.Bookmark(long revision, boolean end) -> bookmarkFrame(revision, end);
      };
    }

    private byte[] compose(WatchEvent.Changed changed) {
      byte[] prefix = changed.type().prefix();
      byte[] object = encode.apply(changed.object());
      if (form.isProtobuf()) {
        return ProtobufEncoder.watchEvent(changed.type().name(), object);
      }
      byte[] frame = Arrays.copyOf(prefix, prefix.length + object.length + FRAME_END.length);
      System.arraycopy(object, 0, frame, prefix.length, object.length);
      System.arraycopy(FRAME_END, 0, frame, prefix.length + object.length, FRAME_END.length);
      return frame;
    }

    private byte[] bookmarkFrame(long revision, boolean end) {
      ObjectNode object = Json.object();
      object.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
      ObjectNode metadata = object.putObject("metadata");
      metadata.put("resourceVersion", String.valueOf(revision)).putNull("creationTimestamp");
      if (end) {
        metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
      }
      return eventFrame("BOOKMARK", encoded(object));
    }

    private byte[] eventFrame(String type, byte[] object) {
      if (form.isProtobuf()) {
        return ProtobufEncoder.watchEvent(type, object);
      }
      ObjectNode frame = Json.object().put("type", type);
      frame.set("object", Json.parse(object));
      return line(frame);
    }

    private byte[] line(ObjectNode frame) {
      byte[] json = Json.write(frame);
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    }

    private void bookmark() {
      if (finished || stream.isEmpty() || !stream.get().isOpen()) {
        return;
      }
      // Read before the look at the backlog: all up to it has been sent when nothing waits.
      long revision = cache.applied();
      if (stream.get().isWritable() && watcher.filter(Watcher::drained).isPresent()) {
        stream.get().write(Unpooled.wrappedBuffer(bookmarkFrame(revision, false)));
        stream.get().flush();
      }
      loop.schedule(() -> turns.execute(this::bookmark), BOOKMARK_EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private void fail() {
      ApiException why =
          new ApiException(Reason.EXPIRED, "the watch fell too far behind: list again");
      stream.ifPresent(out -> out.write(error(why)));
      end();
    }

    private ByteBuf error(ApiException why) {
      Accepted plain = new Accepted(Accepted.Form.OBJECT, form.encoding(), "");
      return Unpooled.wrappedBuffer(eventFrame("ERROR", Answers.encode(why.toStatus(), plain)));
    }

    private void end() {
      if (!finished) {
        finished = true;
        watcher.ifPresent(Watcher::close);
        stream.filter(AnswerStream::isOpen).ifPresent(AnswerStream::close);
      }
    }
  }
}
