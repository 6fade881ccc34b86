package dev.wherry.apiserver.pki;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** TLS of the server's own calls, HTTP/1.1 without negotiation. */
public final class ClientTls {
  private ClientTls() {}

  /** The same, made when it is first asked for: a start need not pay for it. Any thread. */
  public static Supplier<SslContext> onFirstUse(Supplier<SSLContext> context) {
    return new Supplier<>() {
      private @Nullable SslContext made;

      @Override
      public synchronized SslContext get() {
        SslContext known = made;
        if (known == null) {
          known = over(context.get());
          made = known;
        }
        return known;
      }
    };
  }

  /** Netty's form of a client context. */
  public static SslContext over(SSLContext context) {
    return new JdkSslContext(
        context,
        true,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        ApplicationProtocolConfig.DISABLED,
        ClientAuth.NONE,
        null,
        false);
  }
}
