package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.NodeDialer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/** Requests of the server's own to kubelets, through their nodes' tunnels. */
public final class NodeCalls {
  /** Bytes of an answer: about as many lines as ten thousand containers make. */
  private static final int ANSWER_BYTES_MAX = 16 << 20;

  private final NodeDialer dialer;
  private final Supplier<SslContext> tls;

  /**
   * @param tls a client context with the identity {@code kube-apiserver-kubelet-client} that trusts
   *     the cluster's authority; asked for every connection
   */
  public NodeCalls(NodeDialer dialer, Supplier<SslContext> tls) {
    this.dialer = dialer;
    this.tls = tls;
  }

  /**
   * The text that a node's kubelet has under a path; blocking.
   *
   * @param timeout until the whole answer is there
   * @throws IOException when it does not come, or is an error
   */
  public String get(String nodeName, String path, Duration timeout) throws IOException {
    ServiceCalls.Reply reply = call(nodeName, HttpMethod.GET.name(), path, new byte[0], timeout);
    if (reply.code() != HttpResponseStatus.OK.code()) {
      throw new IOException("the kubelet answered " + reply.code());
    }
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  /**
   * Asks a node's kubelet and waits for the answer, whatever its code.
   *
   * @param target path and query
   * @param timeout until the whole answer is there
   * @throws IOException when it does not come
   */
  public ServiceCalls.Reply call(
      String nodeName, String method, String target, byte[] body, Duration timeout)
      throws IOException {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target, Unpooled.wrappedBuffer(body));
    request
        .headers()
        .set(HttpHeaderNames.HOST, NodeProxy.HOST)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return OneCall.await(
        dialer,
        nodeName,
        new DialTarget.Kubelet(),
        timeout,
        (channel, answer) -> open(channel, nodeName, request, new OneCall.Receiver(answer)));
  }

  private void open(
      Channel channel, String nodeName, FullHttpRequest request, OneCall.Receiver receiver) {
    SslHandler ssl = tls.get().newHandler(channel.alloc());
    channel
        .pipeline()
        .addLast(
            ssl,
            new RightNode(nodeName, ssl, request),
            new HttpClientCodec(),
            new HttpObjectAggregator(ANSWER_BYTES_MAX),
            receiver);
    channel.config().setAutoRead(true);
  }
}
