/**
 * Reads configuration files in Kubernetes' form, strictly: what is unknown or malformed is told
 * with its path, all at once. Immutable results; imported by the rooms that are configured by a
 * file.
 */
@NullMarked
package dev.wherry.apiserver.config;

import org.jspecify.annotations.NullMarked;
