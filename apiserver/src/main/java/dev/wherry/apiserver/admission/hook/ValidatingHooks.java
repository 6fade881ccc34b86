package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.Matcher;
import dev.wherry.apiserver.admission.match.Versions;
import dev.wherry.apiserver.request.Elsewhere;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks the validating webhooks, all at once (plugin/webhook/validating). */
final class ValidatingHooks implements AdmissionPlugin {
  private final HookList list = new HookList();
  private final Matcher matcher;
  private final KindForms forms;
  private final HookCaller caller;

  ValidatingHooks(Matcher matcher, KindForms forms, HookCaller caller) {
    this.matcher = matcher;
    this.forms = forms;
    this.caller = caller;
  }

  void follow(ObjectView view) {
    list.follow(view, HookList.VALIDATING);
  }

  @Override
  public String name() {
    return "ValidatingAdmissionWebhook";
  }

  /** A webhook that is asked, and in which form. */
  private record Invocation(Hook hook, AdmissionRequest request, Matched matched) {}

  @Override
  public void validate(AdmissionRequest request) {
    List<Hook> hooks = list.hooks();
    if (hooks.isEmpty() || Matcher.isExempt(request)) {
      return;
    }
    List<Invocation> invocations = new ArrayList<>();
    for (Hook hook : hooks) {
      Optional<Matched> matched = matcher.match(hook.criteria(), request);
      if (matched.isPresent()) {
        AdmissionRequest versioned = new Versions(request, forms).in(matched.get());
        if (caller.isAsked(hook, versioned, matched.get())) {
          invocations.add(new Invocation(hook, versioned, matched.get()));
        }
      }
    }
    if (!invocations.isEmpty()) {
      boolean _ = Elsewhere.waiting(() -> judged(invocations));
    }
  }

  private boolean judged(List<Invocation> invocations) {
    if (invocations.size() == 1) {
      judge(invocations.getFirst(), 0);
    } else {
      together(invocations);
    }
    return true;
  }

  private void together(List<Invocation> invocations) {
    List<Future<?>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < invocations.size(); i++) {
        int index = i;
        answers.add(threads.submit(() -> judge(invocations.get(index), index)));
      }
    }
    for (Future<?> answer : answers) {
      try {
        answer.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException known
            ? known
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw ApiException.internal("interrupted");
      }
    }
  }

  private void judge(Invocation invocation, int index) {
    Hook hook = invocation.hook();
    AdmissionRequest request = invocation.request();
    switch (caller.ask(hook, request, invocation.matched(), false)) {
      case HookAnswer.Allowed(JsonNode _) -> {}
      case HookAnswer.Refused(ApiException status) -> throw status;
      case HookAnswer.Failed(String why) -> {
        HookCaller.fail(hook, why);
        request
            .notes()
            .annotate(
                "failed-open.validating.webhook.admission.k8s.io/round_0_index_" + index,
                hook.name());
      }
    }
  }
}
