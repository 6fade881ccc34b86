package dev.wherry.cli.client.select;

import dev.wherry.cli.client.discovery.ResourceType;

/**
 * An object, or all objects of a type.
 *
 * @param namespace "" for all namespaces or cluster scope
 * @param name "" for all
 * @param source the manifest that named it, "" for the command line
 */
public record Target(ResourceType type, String namespace, String name, String source) {
  public String path() {
    return type.path(namespace, name);
  }
}
