using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Relay.Logging;
using Relay.Sessions;
using Relay.Sockets;

namespace Relay.Connections;

public sealed partial class CloseReasonTests
{
    [Fact]
    public void Every_reason_has_a_code_of_its_own_a_sentence_that_fits_a_close_frame_and_a_place_in_the_table()
    {
        var fields = typeof(CloseReason).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(f => f.GetValue(null)).OfType<CloseReason>().ToArray();
        Assert.Equal(fields.Length, CloseReason.All.Count);
        Assert.Equal(fields.Length, CloseReason.All.Select(r => r.Code).Distinct().Count());
        Assert.All(CloseReason.All, r => Assert.InRange(Encoding.UTF8.GetByteCount(r.Text), 1, 123));
        Assert.All(CloseReason.All, r => Assert.True(Ascii.IsValid(r.Text)));
    }

    [Fact]
    public void The_document_for_users_lists_every_reason()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "protocol.md"));
        Assert.All(CloseReason.All, r => Assert.Contains($"| {r.Code} | {r.Text} |", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("docs/operations.md")]
    [InlineData("docs/security.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/deploy.md")]
    [InlineData("docs/comparison.md")]
    [InlineData("docs/settings.md")]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Other_documents_name_no_close_code_that_the_node_does_not_send(string document)
    {
        var named = CodeInText().Matches(File.ReadAllText(Path.Combine(Root(), document)));
        var codes = named.Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture));
        Assert.Empty(codes.Except(CloseReason.All.Select(reason => reason.Code)));
    }

    [Fact]
    public void What_a_session_refuses_has_a_reason_for_the_client()
    {
        var reasons = Enum.GetValues<RefusalReason>();
        Assert.Equal(reasons.Length, reasons.Select(CloseReason.Of).Distinct().Count());
        Assert.All(reasons, reason => Assert.Contains(CloseReason.Of(reason), CloseReason.All));
        Assert.All(
            reasons.Where(reason => reason != RefusalReason.None),
            reason => Assert.Equal(
                reason.ToString(), typeof(CloseReason).GetFields().Single(f => Is(f, CloseReason.Of(reason))).Name));

        static bool Is(FieldInfo field, CloseReason reason) => ReferenceEquals(field.GetValue(null), reason);
    }

    [Fact]
    public void Log_events_have_ids_of_their_own()
    {
        Type[] lists = [typeof(LogEvents), typeof(SessionEventId), typeof(SocketEventId)];
        var ids = lists.SelectMany(list => list.GetFields()).Select(f => (int)f.GetRawConstantValue()!).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    // 1006 is what a client makes up for itself.
    [GeneratedRegex(@"\b(?!1006)(4[45]\d\d|10[01]\d)\b")]
    private static partial Regex CodeInText();

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Relay.sln")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
