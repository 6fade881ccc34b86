package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.Reinvocation;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.admission.match.Versions;
import dev.wherry.apiserver.request.Elsewhere;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/** Asks the mutating webhooks, one after the other (plugin/webhook/mutating). */
final class MutatingHooks implements AdmissionPlugin {
  private final HookList list = new HookList();
  private final Matcher matcher;
  private final KindForms forms;
  private final HookCaller caller;

  MutatingHooks(Matcher matcher, KindForms forms, HookCaller caller) {
    this.matcher = matcher;
    this.forms = forms;
    this.caller = caller;
  }

  void follow(ObjectView view) {
    list.follow(view, HookList.MUTATING);
  }

  @Override
  public String name() {
    return "MutatingAdmissionWebhook";
  }

  @Override
  public void mutate(AdmissionRequest request, Reinvocation round) {
    List<Hook> hooks = list.hooks();
    if (hooks.isEmpty() || Matcher.isExempt(request)) {
      return;
    }
    Reinvocation.Calls calls = round.of(name());
    calls.begin(round, request.object());
    Versions versions = new Versions(request, forms);
    for (int i = 0; i < hooks.size(); i++) {
      Hook hook = hooks.get(i);
      AdmissionRequest now = request.with(versions.object(), request.oldObject());
      Optional<Matched> matched = matcher.match(hook.criteria(), now);
      if (matched.isEmpty()
          || !caller.isAsked(hook, versions.in(matched.get()), matched.get())
          || !calls.runs(round, hook.id())) {
        continue;
      }
      boolean changed = ask(hook, versions, matched.get(), new Place(round.isAgain() ? 1 : 0, i));
      if (changed) {
        calls.changed();
        round.request();
      }
      if (hook.isReinvoked()) {
        calls.ran(hook.id());
      }
    }
    versions.finish();
    calls.end(request.object());
  }

  /** Which call of a request this is. */
  private record Place(int round, int index) {
    String key(String prefix) {
      return prefix + "round_" + round + "_index_" + index;
    }
  }

  private boolean ask(Hook hook, Versions versions, Matched matched, Place place) {
    AdmissionRequest request = versions.in(matched);
    return switch (Elsewhere.waiting(() -> caller.ask(hook, request, matched, true))) {
      case HookAnswer.Refused(ApiException status) -> throw status;
      case HookAnswer.Failed(String why) -> {
        HookCaller.fail(hook, why);
        String key = place.key("failed-open.mutation.webhook.admission.k8s.io/");
        request.notes().annotate(key, hook.name());
        yield false;
      }
      case HookAnswer.Allowed(JsonNode patch) -> {
        boolean changed = !patch.isEmpty() && patched(hook, versions, patch);
        request
            .notes()
            .annotate(place.key("mutation.webhook.admission.k8s.io/"), note(hook, changed));
        yield changed;
      }
    };
  }

  private static String note(Hook hook, boolean changed) {
    return Json.object()
        .put("configuration", hook.configuration())
        .put("webhook", hook.name())
        .put("mutated", changed)
        .toString();
  }

  private boolean patched(Hook hook, Versions versions, JsonNode patch) {
    ObjectNode object =
        versions
            .object()
            .orElseThrow(() ->
                ApiException.internal(
                    "admission webhook \""
                        + hook.name()
                        + "\" attempted to modify the object, which is not supported for this"
                        + " operation"));
    ObjectNode changed;
    try {
      changed = forms.shaped(versions.kind(), JsonPatch.apply(object, patch));
    } catch (PatchException | DecodeException e) {
      throw ApiException.internal(String.valueOf(e.getMessage()));
    }
    if (changed.equals(object)) {
      return false;
    }
    versions.replace(changed);
    return true;
  }
}
