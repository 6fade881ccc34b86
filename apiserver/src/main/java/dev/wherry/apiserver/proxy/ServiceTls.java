package dev.wherry.apiserver.proxy;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLParameters;

/**
 * TLS towards a Service.
 *
 * @param context trusts whom the Service's owner says
 * @param named whether the certificate must have the Service's name
 */
public record ServiceTls(SslContext context, boolean named) {
  SslHandler handler(Channel channel, ServiceCalls.Place place) {
    SslHandler handler = context.newHandler(channel.alloc(), place.host(), place.port());
    if (named) {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      handler.engine().setSSLParameters(parameters);
    }
    return handler;
  }
}
