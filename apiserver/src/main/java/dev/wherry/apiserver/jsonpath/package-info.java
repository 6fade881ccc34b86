/**
 * JSONPath as Kubernetes writes it (client-go util/jsonpath), for printer columns and scales. Paths
 * are parsed once, evaluation is pure. Imported by custom resources.
 */
@NullMarked
package dev.wherry.apiserver.jsonpath;

import org.jspecify.annotations.NullMarked;
