package dev.wherry.apiserver.http;

import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.request.Query;
import dev.wherry.model.status.ApiException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/** One request and the way to answer it, once. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Exchange {
  /** Characters of one warning, and warnings of one answer; more are cut off (upstream too). */
  private static final int WARNING_RUNES_MAX = 256;

  private static final int WARNINGS_MAX = 64;

  /** Notes for the audit log of one request. */
  private static final int ANNOTATIONS_MAX = 64;

  private final Channel channel;
  private final String method;
  private final String target;
  private final String path;
  private final Query query;
  private final HttpHeaders headers;
  private final byte[] body;
  private final Credentials credentials;
  private final boolean http2;
  private final boolean keepAlive;
  private final HttpHeaders responseHeaders = new DefaultHttpHeaders();
  private final List<String> warnings = new java.util.ArrayList<>();
  private final Map<String, String> annotations = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private Consumer<byte[]> answerListener = body -> {};
  private volatile boolean answered;
  private volatile boolean upgraded;
  private volatile int status;

  Exchange(
      Channel channel,
      String method,
      String target,
      String path,
      HttpHeaders headers,
      byte[] body,
      Credentials credentials,
      boolean http2,
      boolean keepAlive) {
    this.channel = channel;
    this.method = method;
    this.target = target;
    this.path = path;
    this.query = Query.of(target);
    this.headers = headers;
    this.body = body;
    this.credentials = credentials;
    this.http2 = http2;
    this.keepAlive = keepAlive;
  }

  public String method() {
    return method;
  }

  /** Path and query as they were sent. */
  public String target() {
    return target;
  }

  /** Decoded, without query. */
  public String path() {
    return path;
  }

  public Query query() {
    return query;
  }

  /** The first value of a header, or "". */
  public String header(CharSequence name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  public HttpHeaders headers() {
    return headers;
  }

  /** Not to be changed. */
  public byte[] body() {
    return body;
  }

  public Credentials credentials() {
    return credentials;
  }

  public boolean http2() {
    return http2;
  }

  /** For upgrades and streams only. */
  public Channel channel() {
    return channel;
  }

  /** The caller's address, or "" when it is unknown. */
  public String remoteAddress() {
    Channel connection = channel.parent() == null ? channel : channel.parent();
    return connection.remoteAddress() instanceof InetSocketAddress address
        ? address.getAddress().getHostAddress()
        : "";
  }

  /** A header of the coming answer. */
  public void setHeader(String name, String value) {
    responseHeaders.set(name, value);
  }

  /** A header of the coming answer that may stand several times. */
  public void addHeader(String name, String value) {
    responseHeaders.add(name, value);
  }

  /** A {@code Warning: 299} header of the coming answer, as kubectl prints it. */
  public void warn(String text) {
    String plain =
        text.codePoints()
            .map(c -> c < ' ' || c == 127 ? ' ' : c)
            .limit(WARNING_RUNES_MAX)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    String quoted = "299 - \"" + plain.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    if (warnings.size() < WARNINGS_MAX && !warnings.contains(quoted)) {
      warnings.add(quoted);
    }
  }

  /** A note for the audit log; the first one of a key counts. */
  public void annotate(String key, String value) {
    if (annotations.size() < ANNOTATIONS_MAX) {
      annotations.putIfAbsent(key, value);
    }
  }

  /** What the audit log is to keep beside request and answer. */
  public Map<String, String> annotations() {
    return Map.copyOf(annotations);
  }

  public boolean answered() {
    return answered;
  }

  /** The answer's HTTP code; 0 before there is one. */
  public int status() {
    return status;
  }

  /** Hears the body of a whole answer; of one that is streamed it hears nothing. */
  public void whenAnswered(Consumer<byte[]> listener) {
    answerListener = listener;
  }

  /** Sends a whole answer. */
  public void respond(int code, String contentType, byte[] content) {
    answered = true;
    status = code;
    answerListener.accept(content);
    boolean head = method.equals("HEAD");
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(code),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content));
    addHeaders(response.headers(), contentType);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, content.length);
    finish(channel.writeAndFlush(response));
  }

  /** Begins an answer of unknown length. */
  public ResponseStream stream(int code, String contentType) {
    answered = true;
    status = code;
    DefaultHttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
    addHeaders(response.headers(), contentType);
    if (!http2) {
      HttpUtil.setTransferEncodingChunked(response, true);
    }
    channel.write(response);
    return new ResponseStream();
  }

  private void addHeaders(HttpHeaders target, String contentType) {
    if (!contentType.isEmpty()) {
      target.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    target.set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private");
    responseHeaders.names().forEach(name -> target.set(name, responseHeaders.getAll(name)));
    if (!warnings.isEmpty()) {
      target.set("Warning", warnings);
    }
    if (!keepAlive && !http2) {
      target.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  /** Runs once the whole answer is written, or the client is gone. */
  public void whenFinished(Runnable action) {
    channel.closeFuture().addListener(closed -> finished.complete(null));
    var _ = finished.thenRun(action);
  }

  /** Whether the client asks to go on in another protocol on this connection. */
  public boolean asksUpgrade() {
    return !http2
        && headers.contains(HttpHeaderNames.UPGRADE)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  /**
   * Answers 101 and leaves HTTP: only TLS remains in the pipeline. HTTP/1.1 only.
   *
   * @param answerHeaders of the 101; {@code Connection: Upgrade} is added
   * @param taken called on the channel's event loop when HTTP is gone; adds its handlers and turns
   *     {@code autoRead} on, which is off until then. Bytes that came early follow.
   */
  public void upgrade(HttpHeaders answerHeaders, Consumer<Channel> taken) {
    if (http2) {
      throw ApiException.badRequest("an upgrade needs HTTP/1.1");
    }
    answered = true;
    upgraded = true;
    status = 101;
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response.headers().set(answerHeaders);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    channel
        .eventLoop()
        .execute(() -> {
          channel.config().setAutoRead(false);
          channel.writeAndFlush(response);
          EarlyBytes early = new EarlyBytes();
          channel.pipeline().addLast(early);
          channel.pipeline().remove("edge");
          channel.pipeline().remove("http");
          taken.accept(channel);
          channel.pipeline().remove(early);
        });
  }

  /** Whether the connection left HTTP. */
  public boolean upgraded() {
    return upgraded;
  }

  /** Keeps what the HTTP codec had read too far until the next protocol's handlers stand. */
  private static final class EarlyBytes extends ChannelInboundHandlerAdapter {
    private final List<Object> kept = new java.util.ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      kept.add(message);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      kept.forEach(ctx::fireChannelRead);
      if (!kept.isEmpty()) {
        ctx.fireChannelReadComplete();
      }
    }
  }

  private void finish(ChannelFuture written) {
    written.addListener(done -> {
      finished.complete(null);
      if (!done.isSuccess() || (!keepAlive && !http2)) {
        channel.close();
      } else {
        channel.pipeline().fireUserEventTriggered(EdgeHandler.ANSWERED);
      }
    });
  }

  /** An answer under way. Writes may come from any one thread at a time. */
  public final class ResponseStream implements AnswerStream {
    /** How long a writer waits for a client that takes nothing. */
    private static final int STALL_SECONDS_MAX = 60;

    /**
     * Writes handed over and not sent yet when a writer has to wait. The channel's own mark lets an
     * HTTP/2 stream pass on as much as the client's window takes, ten megabytes for curl.
     */
    private static final int UNSENT_WRITES_MAX = 16;

    /** Where it goes on: every wait costs changes of threads, 15 us of a list's 4 us an object. */
    private static final int UNSENT_WRITES_LOW = 4;

    private final Deque<ChannelFuture> unsent = new ArrayDeque<>();

    private ResponseStream() {}

    /** Queues bytes without waiting; for callers that look at {@link #isWritable} first. */
    @Override
    public void write(ByteBuf bytes) {
      write(bytes, channel::write);
    }

    @Override
    public void send(ByteBuf bytes) {
      write(bytes, channel::writeAndFlush);
    }

    private void write(ByteBuf bytes, Function<Object, ChannelFuture> way) {
      if (method.equals("HEAD")) {
        bytes.release();
        return;
      }
      while (!unsent.isEmpty() && unsent.getFirst().isDone()) {
        unsent.removeFirst();
      }
      unsent.addLast(way.apply(new DefaultHttpContent(bytes)));
    }

    @Override
    public void flush() {
      channel.flush();
    }

    /** Whether the client keeps up; when it does not, wait for {@code whenWritable}. */
    @Override
    public boolean isWritable() {
      return channel.isWritable();
    }

    /**
     * Waits until the client has taken enough; blocks a virtual thread only.
     *
     * @throws ClientGoneException when the client is gone, or takes nothing for too long
     */
    @Override
    public void awaitWritable() {
      if (unsent.size() > UNSENT_WRITES_MAX) {
        awaitSent(
            unsent.stream().skip(unsent.size() - UNSENT_WRITES_LOW - 1).findFirst().orElseThrow());
      }
      if (!unsent.isEmpty() && channel.isActive()) {
        return;
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.pipeline().fireUserEventTriggered(new EdgeHandler.WhenWritable(changed::countDown));
      try {
        if (!changed.await(STALL_SECONDS_MAX, TimeUnit.SECONDS)) {
          channel.close();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClientGoneException();
      }
      if (!channel.isActive()) {
        throw new ClientGoneException();
      }
    }

    /** Parks: the future's own wait holds a monitor, and its end goes over one more thread. */
    private void awaitSent(ChannelFuture written) {
      Thread writer = Thread.currentThread();
      written.addListener(sent -> LockSupport.unpark(writer));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STALL_SECONDS_MAX);
      while (!written.isDone()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          channel.close();
        }
        if (left <= 0 || Thread.currentThread().isInterrupted()) {
          throw new ClientGoneException();
        }
        LockSupport.parkNanos(this, left);
      }
    }

    /** Runs once, on the event loop, when the channel is writable or gone. */
    @Override
    public void whenWritable(Runnable action) {
      channel.pipeline().fireUserEventTriggered(new EdgeHandler.WhenWritable(action));
    }

    /** Runs once when the client is gone. */
    @Override
    public void whenGone(Runnable action) {
      channel.closeFuture().addListener(closed -> action.run());
    }

    @Override
    public boolean isOpen() {
      return channel.isActive();
    }

    /** Ends the answer. */
    @Override
    public void close() {
      finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }
  }

  /** The client went away before its answer was complete. */
  public static final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {
      super("the client is gone", null, false, false);
    }
  }
}
