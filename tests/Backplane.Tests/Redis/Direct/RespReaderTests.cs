using System.Text;
using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>What a direct connection reads, whole, in pieces, and hostile.</summary>
public sealed class RespReaderTests(ITestOutputHelper output)
{
    /// <summary>A reply, what kind it is, the channel and the content.</summary>
    public static TheoryData<string, string, string, string> Replies => new()
    {
        { "$5\r\nhello\r\n", "Answer", "", "hello" },
        { "$0\r\n\r\n", "Answer", "", "" },
        { "$4\r\n\r\n\r\n\r\n", "Answer", "", "\r\n\r\n" },
        { "$-1\r\n", "Answer null", "", "" },
        { "_\r\n", "Done", "", "" },
        { "-NOSCRIPT No matching script.\r\n", "Error", "", "NOSCRIPT No matching script." },
        { "+PONG\r\n", "Done", "", "" },
        { ":12\r\n", "Done", "", "" },
        { "*-1\r\n", "Done", "", "" },
        { "*2\r\n$1\r\na\r\n*1\r\n:-1\r\n", "Done", "", "" },
        { "%2\r\n+a\r\n,1.5\r\n+b\r\n~2\r\n#t\r\n(12345678901234567890\r\n", "Done", "", "" },
        { "!5\r\nERR x\r\n", "Done", "", "" },
        { "=7\r\ntxt:abc\r\n", "Done", "", "" },
        { ">3\r\n$8\r\nsmessage\r\n$2\r\nch\r\n$3\r\nabc\r\n", "Message", "ch", "abc" },
        { ">3\r\n$8\r\nsmessage\r\n$0\r\n\r\n$0\r\n\r\n", "Message", "", "" },
        { ">3\r\n$10\r\nssubscribe\r\n$2\r\nch\r\n:1\r\n", "Subscribed", "ch", "" },
        { ">3\r\n$12\r\nsunsubscribe\r\n$2\r\nch\r\n:0\r\n", "Unsubscribed", "ch", "" },
        { ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", "Other", "", "" },
        { ">4\r\n$8\r\npmessage\r\n$1\r\np\r\n$1\r\nc\r\n$1\r\nm\r\n", "Other", "p", "c" },
        { ">0\r\n", "Other", "", "" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_read_when_its_last_byte_has_come_and_no_byte_further(
        string text, string kind, string channel, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "$9");
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Equal(RespOutcome.Partial, RespReader.Read(bytes.AsSpan(0, length)).Outcome);
        }

        foreach (var length in new[] { text.Length, bytes.Length })
        {
            var reply = RespReader.Read(bytes.AsSpan(0, length));
            Assert.Equal(RespOutcome.Whole, reply.Outcome);
            Assert.Equal(text.Length, reply.Length);
            Assert.Equal(kind, reply.Kind + (reply.IsNull ? " null" : ""));
            Assert.Equal(channel, Encoding.UTF8.GetString(reply.Channel));
            Assert.Equal(content, Encoding.UTF8.GetString(reply.Content));
        }
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("\r\n")]
    [InlineData("$\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$1x\r\n")]
    [InlineData("$ 1\r\n")]
    [InlineData("$134217729\r\n")]
    [InlineData("$2147483647\r\n")]
    [InlineData("$99999999999999999999\r\n")]
    [InlineData("$1\r\nabc")]
    [InlineData(">1025\r\n")]
    [InlineData("*1025\r\n")]
    [InlineData("%2147483647\r\n")]
    [InlineData(">3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n?")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n")]
    [InlineData("*1\r\n>1\r\n")]
    public void What_Redis_does_not_send_is_invalid_as_soon_as_that_is_seen(string text) =>
        Assert.Equal(RespOutcome.Invalid, RespReader.Read(Encoding.UTF8.GetBytes(text)).Outcome);

    [Fact]
    public void A_line_without_an_end_is_invalid_when_it_is_too_long()
    {
        var line = Encoding.UTF8.GetBytes("-" + new string('x', RespReader.MaxLine));
        Assert.Equal(RespOutcome.Partial, RespReader.Read(line).Outcome);
        Assert.Equal(RespOutcome.Invalid, RespReader.Read([.. line, (byte)'x']).Outcome);
        Assert.Equal(RespOutcome.Invalid, RespReader.Read([.. line, (byte)'x', (byte)'\r', (byte)'\n']).Outcome);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_and_never_beyond_their_end()
    {
        var random = Seed.Next(output);
        var some = Replies.Select(row => row.Data.Item1).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(some[random.Next(some.Length)] + some[random.Next(some.Length)]);
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)"$>*%-+:019\r\n?"[random.Next(13)];
            }

            var reply = RespReader.Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            Assert.Equal(reply.Outcome == RespOutcome.Whole, reply.Length > 0);
            Assert.True(reply.Length <= bytes.Length);
        }
    }
}
