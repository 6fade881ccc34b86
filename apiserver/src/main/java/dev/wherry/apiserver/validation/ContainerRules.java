package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of containers of every sort. */
final class ContainerRules {
  static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
  private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");

  private static final List<String> ENV_SOURCES =
      List.of("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef");

  private ContainerRules() {}

  /** Sorts of containers, which differ in what they may have. */
  enum Sort {
    REGULAR,
    INIT,
    EPHEMERAL
  }

  static void containers(
      Field list, Sort sort, Set<String> volumes, Set<String> names, long grace) {
    for (Field container : list.items()) {
      Field name = container.child("name");
      if (name.require()) {
        name.matches(NameRules::label);
        if (!names.add(name.text())) {
          name.errors().duplicate(name.path(), name.node());
        }
      }
      container(container, sort, volumes, grace);
    }
  }

  private static void container(Field c, Sort sort, Set<String> volumes, long grace) {
    Field image = c.child("image");
    if (image.require() && !image.text().equals(image.text().strip())) {
      image.invalid("must not have leading or trailing whitespace");
    }
    c.child("imagePullPolicy").oneOf(PULL_POLICIES);
    c.child("terminationMessagePolicy").oneOf(List.of("File", "FallbackToLogsOnError"));
    ports(c.child("ports"));
    env(c.child("env"));
    c.child("envFrom").items().forEach(from -> envFrom(from, c.child("envFrom")));
    VolumeRules.mounts(c.child("volumeMounts"), volumes);
    for (Field device : c.child("volumeDevices").items()) {
      device.child("name").require();
      device.child("devicePath").require();
    }
    ResourceRules.requirements(c.child("resources"));
    security(c.child("securityContext"));
    probes(c, sort, grace);
  }

  private static void probes(Field c, Sort sort, long grace) {
    Field restart = c.optional("restartPolicy");
    boolean sidecar = sort == Sort.INIT && restart.is("Always");
    restart.oneOf(List.of("Always", "Never", "OnFailure"));
    if (sort == Sort.REGULAR || sidecar) {
      ProbeRules.liveness(c.child("livenessProbe"), grace);
      ProbeRules.readiness(c.child("readinessProbe"));
      ProbeRules.startup(c.child("startupProbe"), grace);
      ProbeRules.hook(c.at("lifecycle", "postStart"));
      ProbeRules.hook(c.at("lifecycle", "preStop"));
      return;
    }
    String detail =
        sort == Sort.INIT
            ? "may not be set for init containers without restartPolicy=Always"
            : "cannot be set for an Ephemeral Container";
    for (String name : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
      if (c.child(name).present()) {
        c.child(name).forbidden(detail);
      }
    }
    if (sort == Sort.EPHEMERAL) {
      for (String name : List.of("ports", "resources")) {
        if (!c.child(name).node().isEmpty()) {
          c.child(name).forbidden(detail);
        }
      }
    }
  }

  private static void ports(Field ports) {
    Set<String> names = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.child("name");
      name.matches(NameRules::portName);
      if (name.hasText() && !names.add(name.text())) {
        name.errors().duplicate(name.path(), name.node());
      }
      Field number = port.child("containerPort");
      if (number.number() == 0) {
        number.errors().required(number.path(), "");
      } else {
        number.between(1, 65535);
      }
      if (port.child("hostPort").number() != 0) {
        port.child("hostPort").between(1, 65535);
      }
      port.child("protocol").oneOf(PROTOCOLS);
    }
  }

  private static void env(Field env) {
    for (Field variable : env.items()) {
      if (variable.child("name").require()) {
        variable.child("name").matches(NameRules::environmentName);
      }
      Field from = variable.child("valueFrom");
      if (!from.present()) {
        continue;
      }
      List<String> set = from.presentOf(ENV_SOURCES);
      if (set.isEmpty()) {
        from.errors()
            .invalid(
                from.path(),
                "",
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
      } else if (variable.child("value").hasText()) {
        from.errors().invalid(from.path(), "", "may not be specified when `value` is not empty");
      } else if (set.size() > 1) {
        from.errors()
            .invalid(from.path(), "", "may not have more than one field specified at a time");
      }
      set.forEach(source -> envSource(source, from.child(source)));
    }
  }

  private static void envSource(String source, Field field) {
    switch (source) {
      case "fieldRef" -> PodFieldRules.ofEnvironment(field);
      case "resourceFieldRef" -> PodFieldRules.resourceField(field, false);
      case "configMapKeyRef", "secretKeyRef" -> {
        objectName(field.child("name"));
        if (field.child("key").require()) {
          field.child("key").matches(NameRules::configKey);
        }
      }
      default -> {}
    }
  }

  private static void objectName(Field name) {
    NameRules.subdomain(name.text())
        .forEach(why -> name.errors().invalid(name.path(), name.text(), why));
  }

  private static void envFrom(Field from, Field list) {
    from.child("prefix").matches(NameRules::environmentName);
    List<String> set = from.presentOf(List.of("configMapRef", "secretRef"));
    if (set.isEmpty()) {
      list.errors().invalid(list.path(), "", "must specify one of: `configMapRef` or `secretRef`");
    } else if (set.size() > 1) {
      list.errors()
          .invalid(list.path(), "", "may not have more than one field specified at a time");
    }
    for (String source : set) {
      if (from.at(source, "name").require()) {
        objectName(from.at(source, "name"));
      }
    }
  }

  static void security(Field context) {
    for (String id : List.of("runAsUser", "runAsGroup")) {
      userId(context.child(id));
    }
    if (context.child("allowPrivilegeEscalation").present()
        && !context.child("allowPrivilegeEscalation").isTrue()) {
      if (context.child("privileged").isTrue()) {
        context.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
      }
    }
    context.child("procMount").oneOf(List.of("Default", "Unmasked"));
    seccomp(context.child("seccompProfile"));
  }

  static void userId(Field id) {
    if (id.present() && (id.number() < 0 || id.number() > Integer.MAX_VALUE)) {
      id.invalid("must be between 0 and 2147483647, inclusive");
    }
  }

  static void seccomp(Field profile) {
    if (!profile.present()) {
      return;
    }
    Field type = profile.child("type");
    if (type.require("type is required when seccompProfile is set")) {
      type.oneOf(List.of("Localhost", "RuntimeDefault", "Unconfined"));
    }
    Field local = profile.child("localhostProfile");
    if (type.is("Localhost")) {
      local.require("must be set when seccomp type is Localhost");
    } else if (local.present()) {
      local.invalid("can only be set when seccomp type is Localhost");
    }
  }
}
