package dev.wherry.apiserver.aggregation;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.proxy.ServiceTls;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How this server shows itself to the servers behind it, and for whom it asks (apiserver
 * authentication/request/headerrequest; kube-aggregator apiserver/handler_proxy).
 */
final class FrontProxy {
  /** Contexts that are kept; there are as many as certificate authorities of servers. */
  private static final int CONTEXTS_MAX = 64;

  private static final String HEADER_MARKS = "!#$&'*+-.^_`|~";

  private final Supplier<TlsIdentity> identity;
  private final SecureRandom random;
  private final ConcurrentHashMap<String, ServiceTls> contexts = new ConcurrentHashMap<>();

  /**
   * @param identity issued by the front proxy's authority; asked anew for every handshake
   */
  FrontProxy(Supplier<TlsIdentity> identity, SecureRandom random) {
    this.identity = identity;
    this.random = random;
  }

  /**
   * TLS towards a server.
   *
   * @throws PkiException when its authority's certificate is malformed
   */
  ServiceTls tls(ApiService service) {
    if (contexts.size() > CONTEXTS_MAX) {
      contexts.clear();
    }
    return contexts.computeIfAbsent(
        service.insecure() + service.caBundle(), key -> context(service));
  }

  private ServiceTls context(ApiService service) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {TlsContexts.keyManager(identity)}, trust(service), random);
      return new ServiceTls(new JdkSslContext(context, true, ClientAuth.NONE), !service.insecure());
    } catch (GeneralSecurityException e) {
      throw new PkiException("the TLS context of " + service.name() + " cannot be made", e);
    }
  }

  /** Null means the host's own authorities. */
  private static TrustManager @Nullable [] trust(ApiService service) {
    if (service.insecure()) {
      return InsecureTrustManagerFactory.INSTANCE.getTrustManagers();
    }
    if (service.caBundle().isEmpty()) {
      return null;
    }
    try {
      byte[] pem = Base64.getDecoder().decode(service.caBundle());
      return new TrustManager[] {
        TlsContexts.trustManager(Pem.certificates(new String(pem, StandardCharsets.UTF_8)))
      };
    } catch (IllegalArgumentException e) {
      throw new PkiException("the caBundle of " + service.name() + " is no Base64", e);
    }
  }

  /** The headers that tell a server who asks. */
  static HttpHeaders identity(UserInfo user) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set("X-Remote-User", user.name());
    if (!user.uid().isEmpty()) {
      headers.set("X-Remote-Uid", user.uid());
    }
    user.groups().forEach(group -> headers.add("X-Remote-Group", group));
    user.extra()
        .forEach((key, values) ->
            values.forEach(value -> headers.add("X-Remote-Extra-" + escaped(key), value)));
    return headers;
  }

  /** Bytes that no header's name may have are written in percent. */
  private static String escaped(String key) {
    StringBuilder text = new StringBuilder();
    for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || HEADER_MARKS.indexOf(c) >= 0;
      text.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return text.toString();
  }
}
