package dev.wherry.apiserver;

import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.hook.Webhooks;
import dev.wherry.apiserver.admission.policy.ParamAccess;
import dev.wherry.apiserver.admission.policy.Policies;
import dev.wherry.apiserver.admission.policy.PolicyStatus;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.quota.QuotaAdmission;
import dev.wherry.apiserver.quota.QuotaStatus;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.webhook.WebhookClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The plugins that users configure, behind all others, in upstream's order, and the writers of the
 * status of what they go by.
 */
final class LateAdmission implements AutoCloseable {
  private final ObjectView view;
  private final WatchCache cache;
  private final KindForms forms;
  private final WebhookClient client;
  private final Supplier<UUID> uids;
  private final QuotaAdmission quota;
  private final List<Runnable> followers = new ArrayList<>();
  private final List<Runnable> closers = new ArrayList<>();

  LateAdmission(
      ObjectView view,
      WatchCache cache,
      KindForms forms,
      WebhookClient client,
      Supplier<UUID> uids,
      InstantSource clock) {
    this.view = view;
    this.cache = cache;
    this.forms = forms;
    this.client = client;
    this.uids = uids;
    this.quota = new QuotaAdmission(cache, clock);
  }

  List<AdmissionPlugin> plugins(Authorizer authorizer) {
    Policies policies = new Policies(view, forms, authorizer);
    Webhooks webhooks = new Webhooks(view, forms, client, authorizer, uids);
    followers.add(() -> policies.follow(view));
    followers.add(() -> webhooks.follow(view));
    return List.of(
        new ParamAccess(view, forms, authorizer),
        policies.mutating(),
        webhooks.mutating(),
        policies.validating(),
        webhooks.validating(),
        quota);
  }

  /** Reads the configurations and follows them; nobody is asked before. */
  void follow(Registry registry, UserInfo user) {
    followers.forEach(Runnable::run);
    closers.add(new QuotaStatus(quota, cache, registry, user)::close);
    closers.add(new PolicyStatus(cache, registry, forms, user)::close);
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run);
  }
}
