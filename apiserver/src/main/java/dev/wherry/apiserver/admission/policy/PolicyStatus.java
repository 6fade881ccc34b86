package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Tells in each validating policy's status what checking its types found. One virtual thread. */
public final class PolicyStatus implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PolicyStatus.class.getName());
  private static final String GROUP = "admissionregistration.k8s.io";
  private static final String PLURAL = "validatingadmissionpolicies";
  private static final Resource RESOURCE = new Resource(GROUP, PLURAL);
  private static final int EVENTS_AT_ONCE_MAX = 100;

  private final WatchCache cache;
  private final Registry registry;
  private final UserInfo user;
  private final TypeChecks checks;
  private final Semaphore signals = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  /** Starts the thread; the cache must be filled. */
  public PolicyStatus(WatchCache cache, Registry registry, KindForms forms, UserInfo user) {
    this.cache = cache;
    this.registry = registry;
    this.user = user;
    this.checks = new TypeChecks(forms);
    this.thread = Thread.ofVirtual().name("policy-status").start(this::run);
  }

  private void run() {
    while (!closed) {
      try (Watcher watcher = cache.watchFromNow(RESOURCE, Selection.ALL, false, signals::release)) {
        follow(watcher);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void follow(Watcher watcher) throws InterruptedException {
    while (!closed && !watcher.overrun()) {
      List<WatchEvent> events = watcher.take(EVENTS_AT_ONCE_MAX);
      if (events.isEmpty()) {
        signals.acquire();
        signals.drainPermits();
        continue;
      }
      for (WatchEvent event : events) {
        if (event instanceof WatchEvent.Changed changed
            && changed.type() != WatchEvent.Type.DELETED) {
          settle(changed.object());
        }
      }
    }
  }

  private void settle(CachedObject object) {
    JsonNode known = object.sharedTree();
    JsonNode generation = known.path("metadata").path("generation");
    boolean checked = known.path("status").path("typeChecking").isObject();
    if (checked && known.path("status").path("observedGeneration").equals(generation)) {
      return;
    }
    ObjectNode policy = object.tree();
    ObjectNode status = policy.withObject("/status");
    status.set("observedGeneration", generation);
    ObjectNode typeChecking = status.putObject("typeChecking");
    try {
      ArrayNode warnings = checks.warnings(known.path("spec"));
      if (!warnings.isEmpty()) {
        typeChecking.set("expressionWarnings", warnings);
      }
      ResourceInfo info = registry.kinds().find(GROUP, "v1", PLURAL).orElseThrow();
      WriteRequest request = new WriteRequest(user, info, "status", "", object.name(), false);
      // Who was faster causes an event that leads here again.
      registry.objects().rewrite(request, object, policy);
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "policy=" + object.name() + " status not written: " + e.text());
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
