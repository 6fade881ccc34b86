package dev.wherry.streaming.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;

/** Widens the connection's receive window once, so that one slow stream does not stop the rest. */
final class ConnectionWindow extends ChannelInboundHandlerAdapter {
  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Http2Exception {
    Http2FrameCodec codec = ctx.pipeline().get(Http2FrameCodec.class);
    Http2Connection connection = codec.connection();
    connection
        .local()
        .flowController()
        .incrementWindowSize(
            connection.connectionStream(),
            TunnelProtocol.CONNECTION_WINDOW_BYTES
                - connection.local().flowController().windowSize(connection.connectionStream()));
    ctx.flush();
    ctx.pipeline().remove(this);
  }
}
