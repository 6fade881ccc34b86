package dev.wherry.streaming.upgrade;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says something while reading stands still. A client that still reads takes it as a sign of life:
 * nobody sees its pings now. To one that has left it goes in vain, and the reset that answers it is
 * all that tells us so: the end of its stream waits behind the bytes that nobody reads.
 */
// A write that fails closes the channel, and closing is what is waited for.
@SuppressWarnings("FutureReturnValueIgnored")
final class SignOfLife extends ChannelInboundHandlerAdapter {
  private static final long PERIOD_SECONDS = 15;

  private final Supplier<Object> message;
  private @Nullable ScheduledFuture<?> ticking;

  SignOfLife(Supplier<Object> message) {
    this.message = message;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ReadGate gate = ReadGate.of(context.channel());
    ticking =
        context
            .executor()
            .scheduleAtFixedRate(
                () -> {
                  if (gate.isShut() && context.channel().isWritable()) {
                    context.writeAndFlush(message.get(), context.voidPromise());
                  }
                },
                PERIOD_SECONDS,
                PERIOD_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ScheduledFuture<?> running = ticking;
    if (running != null) {
      running.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    handlerRemoved(context);
    context.fireChannelInactive();
  }
}
