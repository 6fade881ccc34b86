/**
 * What an object gets for what its author left out: the defaults that upstream sets in code
 * (kubernetes/pkg/apis/GROUP/v1/defaults.go) and those its types declare.
 *
 * <p>Pure but for the tree it fills, which its caller owns; no owner thread. Imported by the
 * registry's composition.
 */
@NullMarked
package dev.wherry.apiserver.defaulting;

import org.jspecify.annotations.NullMarked;
