package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;

/** API services (kube-aggregator validation). */
final class ExtensionRules {
  private static final int GROUP_PRIORITY_MAX = 20_000;
  private static final int VERSION_PRIORITY_MAX = 1_000;

  private ExtensionRules() {}

  static void apiService(Field service) {
    Field spec = service.child("spec");
    Field name = service.at("metadata", "name");
    String version = spec.child("version").text();
    String group = spec.child("group").text();
    String wanted = version + "." + group;
    if (!name.is(wanted)) {
      name.invalid("must be `spec.version+\".\"+spec.group`: \"" + wanted + "\"");
    }
    if (spec.child("group").hasText()) {
      spec.child("group").matches(NameRules::subdomain);
    }
    spec.child("version").matches(NameRules::label1035);
    priority(spec.child("groupPriorityMinimum"), GROUP_PRIORITY_MAX);
    priority(spec.child("versionPriority"), VERSION_PRIORITY_MAX);
    Field backend = spec.child("service");
    if (!backend.present()) {
      if (!spec.child("caBundle").node().isEmpty() || spec.child("caBundle").hasText()) {
        spec.child("caBundle").invalid("local APIServices may not have a caBundle");
      }
      if (spec.child("insecureSkipTLSVerify").isTrue()) {
        spec.child("insecureSkipTLSVerify")
            .invalid("local APIServices may not have insecureSkipTLSVerify");
      }
      return;
    }
    backend.child("namespace").require();
    backend.child("name").require();
    if (spec.child("insecureSkipTLSVerify").isTrue() && spec.child("caBundle").hasText()) {
      spec.child("insecureSkipTLSVerify").invalid("may not be true if caBundle is present");
    }
  }

  private static void priority(Field priority, int max) {
    if (priority.number() <= 0 || priority.number() > max) {
      priority.invalid("must be positive and less than " + max);
    }
  }
}
