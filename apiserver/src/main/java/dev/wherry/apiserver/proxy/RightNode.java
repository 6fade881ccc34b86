package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.tunnel.DialException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Lets a request to a kubelet out once the far end has proved to be the node that was meant. */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class RightNode extends ChannelInboundHandlerAdapter {
  private static final String NODE_PREFIX = "CN=system:node:";

  private final String nodeName;
  private final SslHandler ssl;
  private final FullHttpRequest request;

  RightNode(String nodeName, SslHandler ssl, FullHttpRequest request) {
    this.nodeName = nodeName;
    this.ssl = ssl;
    this.request = request;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event)
      throws SSLPeerUnverifiedException {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
    } else if (!handshake.isSuccess()) {
      request.release();
      ctx.fireExceptionCaught(handshake.cause());
    } else if (!shownName().equals(nodeName)) {
      request.release();
      ctx.fireExceptionCaught(
          new DialException("the kubelet shows the certificate of another node"));
    } else {
      ctx.pipeline().remove(this);
      ctx.channel().writeAndFlush(request);
    }
  }

  private String shownName() throws SSLPeerUnverifiedException {
    X509Certificate leaf = (X509Certificate) ssl.engine().getSession().getPeerCertificates()[0];
    for (String part : leaf.getSubjectX500Principal().getName().split(",", -1)) {
      if (part.startsWith(NODE_PREFIX)) {
        return part.substring(NODE_PREFIX.length());
      }
    }
    return "";
  }
}
