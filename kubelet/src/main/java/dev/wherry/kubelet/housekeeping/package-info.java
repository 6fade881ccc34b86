/**
 * What the kubelet clears away: orphaned pods, dead containers, unused images, grown logs. Owner:
 * one virtual thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.housekeeping;

import org.jspecify.annotations.NullMarked;
