using System.Globalization;
using System.Runtime.CompilerServices;

namespace Relay.Startup;

/// <summary>
/// Checks the settings of one section after they were bound. A setting exists when it is checked here: its key is the
/// name of the property that is handed over.
/// </summary>
/// <param name="texts">What is written.</param>
/// <param name="section">What the keys begin with, as in <c>Limits:</c>.</param>
internal sealed class SettingsCheck(SettingsTexts texts, string section = "")
{
    public const string Root = "Relay";

    public delegate bool Reading<T>(string text, out T value);

    /// <summary>The checks of a section; its name is that of the property.</summary>
    public SettingsCheck In(object options, [CallerArgumentExpression(nameof(options))] string name = "") =>
        new(texts, $"{section}{name}:");

    /// <summary>The key of a setting, for a sentence about it.</summary>
    public string Key(object? setting, [CallerArgumentExpression(nameof(setting))] string name = "") =>
        $"{Root}:{section}{Path(name)}";

    /// <summary>Says that a setting of any text exists.</summary>
    public void Text(string? setting, [CallerArgumentExpression(nameof(setting))] string name = "") => Given(name);

    public void Flag(bool setting, [CallerArgumentExpression(nameof(setting))] string name = "")
    {
        if (Given(name) is { } text && texts.IsUnread(section + name))
        {
            Refuse(name, text, "true or false");
        }
    }

    public void Number(
        long setting, long least, long most, [CallerArgumentExpression(nameof(setting))] string name = "")
    {
        if (Given(name) is { } text && (texts.IsUnread(section + name) || setting < least || setting > most))
        {
            Refuse(name, text, string.Create(
                CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
        }
    }

    public void Time(
        TimeSpan setting,
        TimeSpan least,
        TimeSpan most,
        [CallerArgumentExpression(nameof(setting))] string name = "")
    {
        // A bare number would be days, which is never meant.
        if (Given(name) is { } text
            && (!text.Contains(':') || texts.IsUnread(section + name) || setting < least || setting > most))
        {
            Refuse(name, text, $"a time from {least:c} to {most:c}, written as hours:minutes:seconds");
        }
    }

    /// <summary>Reads a setting of a form of its own.</summary>
    /// <returns>The value; <paramref name="absent"/> when it is not given or refused.</returns>
    public T Read<T>(
        string? setting,
        Reading<T> read,
        string expected,
        T absent,
        [CallerArgumentExpression(nameof(setting))] string name = "")
    {
        if (Given(name) is not { } text)
        {
            return absent;
        }

        if (read(text, out var value))
        {
            return value;
        }

        Refuse(name, text, expected);
        return absent;
    }

    /// <summary>Refuses a setting that has no meaning without another one.</summary>
    public void Companion(
        object? setting,
        string? main,
        [CallerArgumentExpression(nameof(setting))] string name = "",
        [CallerArgumentExpression(nameof(main))] string mainName = "")
    {
        if (Given(Path(name)) is not null && main is null)
        {
            Refuse($"{Key(setting, name)} has no meaning without {Key(main, mainName)}.");
        }
    }

    /// <summary>
    /// Reads an address over HTTP; null when it is not given or refused. The refusal does not repeat it: it may
    /// hold a user and a password, which are not allowed, because addresses are logged.
    /// </summary>
    public Uri? Address(string? setting, [CallerArgumentExpression(nameof(setting))] string name = "")
    {
        if (Given(name) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", UserInfo: "" })
        {
            return address;
        }

        Refuse($"{Key(setting, name)} must be an address that begins with http:// or https://, "
            + "without a user and a password in it.");
        return null;
    }

    /// <summary>Notes a sentence that names the settings that are wrong together, or the one that is missing.</summary>
    public void Refuse(string sentence) => texts.Refuse(sentence);

    /// <summary>The path of a property below the settings: without the variable that holds them.</summary>
    private static string Path(string name) => name.StartsWith("settings.", StringComparison.Ordinal)
        ? name["settings.".Length..].Replace('.', ':')
        : name;

    private string? Given(string name) => texts.Text(section + name);

    private void Refuse(string name, string text, string expected) =>
        Refuse($"{Root}:{section}{name} is '{text}', but must be {expected}.");
}
