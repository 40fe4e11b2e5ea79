using System.Text;

namespace Relay.Backplane;

/// <summary>What an error that Redis answers means.</summary>
internal static class DirectRefusal
{
    /// <summary>
    /// The first words of errors with which a command was not carried out. The client knows another way, or fails with
    /// the same.
    /// </summary>
    private static readonly string[] Refusals =
    [
        "NOSCRIPT", "NOPERM", "READONLY", "LOADING", "MOVED", "NOAUTH", "MASTERDOWN", "CLUSTERDOWN",
    ];

    /// <summary>The exception to throw for an error.</summary>
    public static Exception Read(ReadOnlySpan<byte> error)
    {
        var text = Encoding.UTF8.GetString(error);
        return Array.IndexOf(Refusals, FirstWord(text)) >= 0
            ? new DirectRefusedException(text)
            : new BackplaneUnavailableException($"Redis did not answer (direct): {text}");
    }

    /// <summary>Whether the server is not the one to talk to.</summary>
    public static bool IsOfWrongServer(Exception error) =>
        error is DirectRefusedException && FirstWord(error.Message) is not ("NOSCRIPT" or "NOPERM");

    private static string FirstWord(string text) =>
        text.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? text[..end] : text;
}
