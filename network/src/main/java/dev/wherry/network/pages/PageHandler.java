package dev.wherry.network.pages;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.nio.charset.StandardCharsets;

/** Answers with pages, one request to a connection. */
public final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** Connections that may wait. */
  public static final int BACKLOG_MAX = 64;

  private static final int BODY_BYTES_MAX = 1024;
  private static final int IDLE_SECONDS = 10;

  private final Pages pages;

  private PageHandler(Pages pages) {
    this.pages = pages;
  }

  /** A server of pages, to be opened. */
  public static ServerBootstrap bootstrap(EventLoopGroup group, Pages pages) {
    return new ServerBootstrap()
        .group(group)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel child) {
                child
                    .pipeline()
                    .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                    .addLast(new PageHandler(pages));
              }
            });
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    String target = request.uri();
    int query = target.indexOf('?');
    Page page = pages.page(query < 0 ? target : target.substring(0, query));
    byte[] body = page.text().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(page.status()),
            Unpooled.wrappedBuffer(body));
    page.headers().forEach(response.headers()::set);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, page.type())
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored")
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
