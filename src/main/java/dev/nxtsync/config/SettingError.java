package dev.nxtsync.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param setting the variable to set, as an operator writes it
 * @param what what was found and what would be right; never a secret's value
 */
public record SettingError(String setting, String what) {
    @Override
    public String toString() {
        return setting + ": " + what;
    }
}
