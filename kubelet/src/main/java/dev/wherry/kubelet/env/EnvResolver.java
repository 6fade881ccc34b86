package dev.wherry.kubelet.env;

import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.ConfigMapEnvSource;
import dev.wherry.model.core.v1.ConfigMapKeySelector;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.EnvFromSource;
import dev.wherry.model.core.v1.EnvVar;
import dev.wherry.model.core.v1.EnvVarSource;
import dev.wherry.model.core.v1.ResourceFieldSelector;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.SecretEnvSource;
import dev.wherry.model.core.v1.SecretKeySelector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds a container's environment in upstream's order: envFrom, then env with expansion over what
 * came before and the service variables, then the service variables that nothing has replaced.
 */
public final class EnvResolver {
  private final PodApi api;

  public EnvResolver(PodApi api) {
    this.api = api;
  }

  /** The whole environment by name. */
  public Map<String, String> resolve(PodView pod, Container container, PodAddresses addresses)
      throws ConfigException {
    boolean links = !Boolean.FALSE.equals(pod.spec().enableServiceLinks());
    Map<String, String> services = ServiceEnv.of(api.services(), pod.namespace(), links);
    Map<String, String> env = new LinkedHashMap<>();
    for (EnvFromSource source : container.envFrom()) {
      addAll(pod, source, env);
    }
    for (EnvVar variable : container.env()) {
      Optional<String> value = value(pod, container, addresses, variable, env, services);
      if (value.isPresent()) {
        env.put(variable.name(), value.get());
      }
    }
    services.forEach(env::putIfAbsent);
    return env;
  }

  private Optional<String> value(
      PodView pod,
      Container container,
      PodAddresses addresses,
      EnvVar variable,
      Map<String, String> env,
      Map<String, String> services)
      throws ConfigException {
    EnvVarSource source = variable.valueFrom();
    if (source == null) {
      return Optional.of(
          Expansion.expand(
              variable.value(),
              name -> {
                String known = env.get(name);
                return known == null ? services.get(name) : known;
              }));
    }
    if (source.fieldRef() != null) {
      return Optional.of(FieldRefs.value(pod.pod(), addresses, source.fieldRef().fieldPath()));
    }
    ResourceFieldSelector resource = source.resourceFieldRef();
    if (resource != null) {
      Container of =
          pod.container(resource.containerName()).map(PodView.Named::container).orElse(container);
      return Optional.of(ResourceRefs.value(resource, of, api.allocatable()));
    }
    if (source.configMapKeyRef() != null) {
      return configMapKey(pod.namespace(), source.configMapKeyRef());
    }
    if (source.secretKeyRef() != null) {
      return secretKey(pod.namespace(), source.secretKeyRef());
    }
    return Optional.of("");
  }

  private Optional<String> configMapKey(String namespace, ConfigMapKeySelector ref)
      throws ConfigException {
    Optional<ConfigMap> map = api.configMap(namespace, ref.name());
    boolean optional = Boolean.TRUE.equals(ref.optional());
    if (map.isEmpty()) {
      return absent(optional, "configmap \"" + ref.name() + "\" not found");
    }
    String value = map.get().data().get(ref.key());
    String place = namespace + "/" + ref.name();
    return value == null
        ? absent(optional, "couldn't find key " + ref.key() + " in ConfigMap " + place)
        : Optional.of(value);
  }

  private Optional<String> secretKey(String namespace, SecretKeySelector ref)
      throws ConfigException {
    Optional<Secret> secret = api.secret(namespace, ref.name());
    boolean optional = Boolean.TRUE.equals(ref.optional());
    if (secret.isEmpty()) {
      return absent(optional, "secret \"" + ref.name() + "\" not found");
    }
    Bytes value = secret.get().data().get(ref.key());
    String place = namespace + "/" + ref.name();
    return value == null
        ? absent(optional, "couldn't find key " + ref.key() + " in Secret " + place)
        : Optional.of(value.utf8());
  }

  private static Optional<String> absent(boolean optional, String message) throws ConfigException {
    if (optional) {
      return Optional.empty();
    }
    throw new ConfigException(message);
  }

  private void addAll(PodView pod, EnvFromSource source, Map<String, String> env)
      throws ConfigException {
    ConfigMapEnvSource fromMap = source.configMapRef();
    if (fromMap != null) {
      Optional<ConfigMap> map = api.configMap(pod.namespace(), fromMap.name());
      if (map.isEmpty()) {
        require(fromMap.optional(), "configmap \"" + fromMap.name() + "\" not found");
      } else {
        map.get().data().forEach((key, value) -> env.put(source.prefix() + key, value));
      }
    }
    SecretEnvSource fromSecret = source.secretRef();
    if (fromSecret != null) {
      Optional<Secret> secret = api.secret(pod.namespace(), fromSecret.name());
      if (secret.isEmpty()) {
        require(fromSecret.optional(), "secret \"" + fromSecret.name() + "\" not found");
      } else {
        secret.get().data().forEach((key, value) -> env.put(source.prefix() + key, value.utf8()));
      }
    }
  }

  private static void require(@Nullable Boolean optional, String message) throws ConfigException {
    if (!Boolean.TRUE.equals(optional)) {
      throw new ConfigException(message);
    }
  }
}
