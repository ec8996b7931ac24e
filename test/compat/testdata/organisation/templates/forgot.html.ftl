<p>Hello ${user.firstName!"there"},
<a href="${resetUrl}?id=${changePasswordId}">reset</a></p>
