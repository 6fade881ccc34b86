package dev.wherry.apiserver.admission.hook;

import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.webhook.WebhookClient;
import java.util.UUID;
import java.util.function.Supplier;

/** Both sorts of admission webhooks, wired. */
public final class Webhooks {
  private final MutatingHooks mutating;
  private final ValidatingHooks validating;

  /**
   * @param uids of reviews
   */
  public Webhooks(
      ObjectView view,
      KindForms forms,
      WebhookClient client,
      Authorizer authorizer,
      Supplier<UUID> uids) {
    Matcher matcher = new Matcher(view, forms);
    HookCaller caller = new HookCaller(client, authorizer, uids);
    this.mutating = new MutatingHooks(matcher, forms, caller);
    this.validating = new ValidatingHooks(matcher, forms, caller);
  }

  public AdmissionPlugin mutating() {
    return mutating;
  }

  public AdmissionPlugin validating() {
    return validating;
  }

  /** Asks nobody before this: a server that starts must not wait for webhooks that run in it. */
  public void follow(ObjectView view) {
    mutating.follow(view);
    validating.follow(view);
  }
}
