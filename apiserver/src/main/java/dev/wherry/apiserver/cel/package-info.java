/**
 * CEL as Kubernetes speaks it: environment, types from structural schemas, values over JSON trees,
 * the function libraries (lists, regex, url, quantity, ip, cidr, format, semver) and a budget for
 * each evaluation. Device selectors are a language of their own in it.
 *
 * <p>Nothing of the library is loaded before the first rule is compiled. Programs are immutable and
 * safe on any thread. Imported by custom resources, webhooks and admission policies.
 */
@NullMarked
package dev.wherry.apiserver.cel;

import org.jspecify.annotations.NullMarked;
