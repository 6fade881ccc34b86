package dev.wherry.apiserver;

import dev.wherry.apiserver.audit.AuditLog;
import dev.wherry.apiserver.authn.AnonymousAccess;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authz.chain.AuthorizerChain;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.config.FileFollower;
import dev.wherry.apiserver.oidc.FollowedIssuers;
import dev.wherry.apiserver.secrets.AesGcmTransformer;
import dev.wherry.apiserver.secrets.EncryptionAtRest;
import dev.wherry.apiserver.secrets.EncryptionKeys;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.webhook.KubeconfigWebhook;
import dev.wherry.apiserver.webhook.TokenWebhook;
import dev.wherry.store.Store;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the files of a {@link ProtectionConfig} bring about.
 *
 * @param own encrypts what is stored unless a file says how
 * @param encryption encrypts as a file says
 * @param issuers judge the tokens of others by their signatures
 * @param tokenWebhook judges those that nobody here knows
 * @param authorizers say what callers may do
 */
public record Protection(
    ValueTransformer own,
    Optional<EncryptionAtRest> encryption,
    Optional<FollowedIssuers> issuers,
    Optional<TokenWebhook> tokenWebhook,
    AuthorizerChain authorizers,
    Optional<AuditLog> audit)
    implements AutoCloseable {

  static Protection open(
      ApiServerConfig config, InstantSource clock, Supplier<UUID> uids, SecureRandom random) {
    ProtectionConfig files = config.protection();
    ValueTransformer own = own(config, random);
    EncryptionAtRest.Ground ground =
        new EncryptionAtRest.Ground(
            clock,
            uids,
            random,
            files.encryptionReload() ? Optional.of(files.lookEvery()) : Optional.empty());
    return new Protection(
        own,
        files.encryption().map(file -> EncryptionAtRest.open(file, own, ground)),
        files
            .authentication()
            .map(
                file -> FollowedIssuers.follow(file, TokenConfig.ISSUER, clock, files.lookEvery())),
        files
            .tokenWebhook()
            .map(file ->
                TokenWebhook.open(
                    file,
                    TokenConfig.defaults().audiences(),
                    clock,
                    KubeconfigWebhook.FIRST_PAUSE)),
        files
            .authorization()
            .map(file -> AuthorizerChain.follow(file, clock, files.lookEvery()))
            .orElseGet(() -> AuthorizerChain.standard(clock)),
        files.audit().map(where -> AuditLog.open(where, clock, uids)));
  }

  /** Secrets, under the server's own key. */
  private static ValueTransformer own(ApiServerConfig config, SecureRandom random) {
    return new AesGcmTransformer(
        List.of(StoreKeys.prefix(Resource.SECRETS)),
        EncryptionKeys.openOrCreate(config.dataDirectory().resolve("secrets.key"), random),
        random);
  }

  /** Encrypts what is stored. */
  ValueTransformer transformer() {
    return encryption.<ValueTransformer>map(file -> file).orElse(own);
  }

  /** What callers without credentials may do. */
  AnonymousAccess anonymous() {
    return issuers.map(FollowedIssuers::anonymous).orElse(AnonymousAccess.DEFAULT);
  }

  /** Begins to write values again that are not encrypted as they would be now. */
  void follow(Store store) {
    encryption.ifPresent(file -> file.follow(store));
  }

  /** All who judge the tokens of others, in the order in which they are asked. */
  List<Authenticator> tokenAuthenticators() {
    List<Authenticator> all = new ArrayList<>();
    issuers.ifPresent(all::add);
    tokenWebhook.ifPresent(all::add);
    return all;
  }

  /** What must be well for the server to be ready, by the check's name. */
  public Map<String, BooleanSupplier> readyChecks() {
    return encryption
        .<Map<String, BooleanSupplier>>map(file -> Map.of("kms-providers", file::isHealthy))
        .orElse(Map.of());
  }

  /** What follows files, by the subsystem that its metrics are named after. */
  public Map<String, FileFollower> followers() {
    Map<String, FileFollower> all = new LinkedHashMap<>();
    encryption.ifPresent(file -> all.put("encryption_config_controller", file.follower()));
    issuers.ifPresent(file -> all.put("authentication_config_controller", file.follower()));
    authorizers
        .follower()
        .ifPresent(follower -> all.put("authorization_config_controller", follower));
    return all;
  }

  @Override
  public void close() {
    issuers.ifPresent(FollowedIssuers::close);
    tokenWebhook.ifPresent(TokenWebhook::close);
    authorizers.close();
    encryption.ifPresent(EncryptionAtRest::close);
    audit.ifPresent(AuditLog::close);
  }
}
