package dev.wherry.apiserver;

import dev.wherry.apiserver.audit.AuditLog;
import dev.wherry.apiserver.authn.AnonymousAccess;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.oidc.AuthenticationConfig;
import dev.wherry.apiserver.oidc.JwtAuthenticator;
import dev.wherry.apiserver.secrets.AesGcmTransformer;
import dev.wherry.apiserver.secrets.ConfiguredTransformer;
import dev.wherry.apiserver.secrets.EncryptionConfig;
import dev.wherry.apiserver.secrets.EncryptionKeys;
import dev.wherry.apiserver.secrets.Rewriting;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.webhook.TokenWebhook;
import dev.wherry.store.Store;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the files of a {@link ProtectionConfig} bring about.
 *
 * @param transformer encrypts what is stored
 * @param issuers judge the tokens of others by their signatures
 * @param tokenWebhook judges those that nobody here knows
 */
record Protection(
    ValueTransformer transformer,
    AnonymousAccess anonymous,
    List<JwtAuthenticator> issuers,
    Optional<TokenWebhook> tokenWebhook,
    Optional<AuditLog> audit)
    implements AutoCloseable {

  static Protection open(
      ApiServerConfig config, InstantSource clock, Supplier<UUID> uids, SecureRandom random) {
    ProtectionConfig files = config.protection();
    AuthenticationConfig authentication =
        files
            .authentication()
            .map(file -> AuthenticationConfig.read(file, TokenConfig.ISSUER))
            .orElse(AuthenticationConfig.NONE);
    return new Protection(
        transformer(config, random),
        authentication.anonymous(),
        JwtAuthenticator.of(authentication, clock),
        files
            .tokenWebhook()
            .map(file -> TokenWebhook.open(file, TokenConfig.defaults().audiences(), clock)),
        files.audit().map(where -> AuditLog.open(where, clock, uids)));
  }

  /** Secrets are encrypted under the server's own key unless a file says how. */
  private static ValueTransformer transformer(ApiServerConfig config, SecureRandom random) {
    AesGcmTransformer own =
        new AesGcmTransformer(
            List.of(StoreKeys.prefix(Resource.SECRETS)),
            EncryptionKeys.openOrCreate(config.dataDirectory().resolve("secrets.key"), random),
            random);
    return config
        .protection()
        .encryption()
        .<ValueTransformer>map(
            file -> new ConfiguredTransformer(EncryptionConfig.read(file), own, random))
        .orElse(own);
  }

  /** Begins to write values again that are not encrypted as they would be now; returns its end. */
  Runnable rewriting(Store store) {
    return transformer instanceof ConfiguredTransformer configured
        ? new Rewriting(store, configured)::close
        : () -> {};
  }

  /** All who judge the tokens of others, in the order in which they are asked. */
  List<Authenticator> tokenAuthenticators() {
    List<Authenticator> all = new ArrayList<>(issuers);
    tokenWebhook.ifPresent(all::add);
    return all;
  }

  @Override
  public void close() {
    issuers.forEach(JwtAuthenticator::close);
    tokenWebhook.ifPresent(TokenWebhook::close);
    audit.ifPresent(AuditLog::close);
  }
}
