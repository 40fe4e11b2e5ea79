using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Relay.Pages;

/// <summary>Answers with the files under <c>wwwroot</c>, to who takes that as their compressed copies.</summary>
internal static class PageFiles
{
    public static void UsePageFiles(this WebApplication app)
    {
        var files = app.Environment.WebRootFileProvider;
        foreach (var encoding in (string[])[CompressedCopies.Brotli, CompressedCopies.Gzip])
        {
            var copies = new CompressedCopies(files, encoding);
            app.UseWhen(
                context => EncodingFor(context.Request) == encoding,
                branch => branch.UseStaticFiles(
                    new StaticFileOptions { FileProvider = copies, OnPrepareResponse = SetHeaders }));
        }

        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetHeaders });
    }

    /// <summary>In which encoding a client is answered; null for none.</summary>
    private static string? EncodingFor(HttpRequest request)
    {
        var taken = request.GetTypedHeaders().AcceptEncoding;
        return Takes(taken, CompressedCopies.Brotli) ? CompressedCopies.Brotli
            : Takes(taken, CompressedCopies.Gzip) ? CompressedCopies.Gzip : null;
    }

    private static bool Takes(IList<StringWithQualityHeaderValue> taken, string encoding) =>
        taken.Any(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);

    /// <summary>
    /// A page is asked for each time (and mostly answered with 304), so that a new version is seen at once; what lies
    /// under <c>assets</c> has a hash of its content in its name and never changes.
    /// </summary>
    private static void SetHeaders(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        headers.CacheControl =
            file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase)
                ? "public, max-age=31536000, immutable"
            : file.File.Name.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "no-cache"
            : "public, max-age=3600";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (file.File is CompressedFile copy)
        {
            headers.ContentEncoding = copy.Encoding;
        }
    }
}
